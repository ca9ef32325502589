/**
 * The journal's file, its folder and its disk, from outside: it opens nothing while a daemon may
 * hold the journal. `….pid` names the holder, beside a lock that ends with its process.
 */
import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '../../../base/error-fields.ts';
import type { Settings } from '../../../config/schema.ts';
import { movedTo } from '../../../journal/sqlite/files/moved.ts';
import { idIn, isOneOf, savedFiles } from '../../../journal/sqlite/files/saved.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';

const MIB = 1024 * 1024;
/** The daemon cuts it to 16 MiB after each checkpoint. */
const WAL_BYTES_MAX = 256 * MIB;
/** Multiple of the least free space. */
const SCARCE = 4;

/** @param daemonRuns whether a daemon answers under these settings */
export async function checkJournal(
  {
    journal,
    dataDir,
    journalMayForget: mayForget,
  }: Pick<Settings, 'journal' | 'dataDir' | 'journalMayForget'>,
  daemonRuns: Promise<boolean>,
): Promise<readonly Finding[]> {
  if (journal.kind === 'postgres') {
    const { checkDatabase } = await import('./database.ts');
    return checkDatabase({ url: journal.url, mayForget }, daemonRuns);
  }
  const { path } = journal;
  const size = await sizeOf(path);
  if (size === 'denied') return [denied(path)];
  const runs = await daemonRuns;
  const isHeld = runs && size !== undefined;
  const saved = savedFindings(path, { dataDir, isHeld });
  if (size === undefined) {
    if (runs) return [lost(path), ...saved];
    return saved.length > 0 ? saved : [await folderFinding(path)];
  }
  const moved = runs ? undefined : movedTo(path);
  if (moved !== undefined) return [fail('journal', moved.message, moved.hint)];
  return [await holding(path, size), ...(await log(path)), ...(await writable(path)), ...saved];
}

function lost(path: string): Finding {
  const hint =
    'If the file was removed, the daemon saves its data and stops: see its log, and Restore in' +
    ' docs/operate/backup.md. If the daemon has another data folder, run doctor with its settings.';
  return fail('journal', `the daemon runs, but ${path} is missing`, hint);
}

/**
 * Copies that a daemon saved when its journal's files were removed, and about which no operator has
 * decided.
 */
function savedFindings(
  path: string,
  { dataDir, isHeld }: { readonly dataDir: string; readonly isHeld: boolean },
): readonly Finding[] {
  const saved = savedFiles(path, [join(dataDir, 'logs')]);
  const [newest, ...more] = saved;
  if (newest === undefined) return [];
  const others = more.length === 0 ? '' : `, and ${more.length} older`;
  const detail = `it was removed while a daemon ran; its content is saved in ${newest}${others}`;
  if (isHeld || isOneOf(saved, idIn(path))) {
    return [warn('journal', detail, 'It is no longer needed: move it elsewhere, or remove it.')];
  }
  const hint = `Continue from it: lockstep restore '${newest}'. Or give it up: lockstepd --fresh-journal.`;
  return [fail('journal', `${detail}; the daemon does not start`, hint)];
}

async function folderFinding(path: string): Promise<Finding> {
  const folder = await nearest(dirname(path));
  if (await may(folder, constants.W_OK)) {
    return ok('journal', `there is no journal yet; the first start creates ${path}`);
  }
  return denied(folder);
}

async function holding(path: string, size: number): Promise<Finding> {
  const pid = await holder(path);
  const what = `${path}, ${mib(size)}`;
  return ok(
    'journal',
    pid === undefined ? `${what}, held by no process` : `${what}, held by ${pid}`,
  );
}

/** The process that holds it, as text; undefined if none does. */
async function holder(path: string): Promise<string | undefined> {
  const pid = Number(await readFile(`${path}.pid`, 'utf8').catch(() => ''));
  return pid > 0 && isAlive(pid) ? `process ${pid}` : undefined;
}

async function log(path: string): Promise<readonly Finding[]> {
  const size = await sizeOf(`${path}-wal`);
  if (typeof size !== 'number') return [];
  if (size <= WAL_BYTES_MAX) return [ok('journal', `its write-ahead log has ${mib(size)}`)];
  const hint = 'Another program keeps a read transaction on the journal open: stop it.';
  return [warn('journal', `its write-ahead log has grown to ${mib(size)}`, hint)];
}

async function writable(path: string): Promise<readonly Finding[]> {
  for (const each of [path, dirname(path)]) {
    if (!(await may(each, constants.R_OK | constants.W_OK))) return [denied(each)];
  }
  return [];
}

/** Below the limit the daemon refuses new commands. */
export async function checkDisk({ journal, diskFreeMinBytes }: Settings): Promise<Finding> {
  const folder = await nearest(journal.folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const detail = `${mib(free)} free on the disk of ${folder}, at least ${mib(diskFreeMinBytes)} must stay free`;
  const hint = 'Make room on that disk, or move the journal (LOCKSTEP_JOURNAL).';
  if (free < diskFreeMinBytes) return fail('disk', `${detail}: new commands are refused`, hint);
  if (free < diskFreeMinBytes * SCARCE) return warn('disk', detail, hint);
  return ok('disk', detail);
}

function denied(path: string): Finding {
  const hint =
    'Run doctor and the daemon as the same user, and make that user the owner of the folder.';
  return fail('journal', `${path} cannot be read and written by this user`, hint);
}

async function sizeOf(path: string): Promise<number | 'denied' | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : 'denied';
  }
}

/** The folder itself, or the existing one above it in which it will be made. */
async function nearest(folder: string): Promise<string> {
  const above = dirname(folder);
  return above === folder || (await may(folder, constants.F_OK)) ? folder : nearest(above);
}

function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0)} MiB`;
}
