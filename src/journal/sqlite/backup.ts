/**
 * A copy of a journal that a daemon may be writing meanwhile, by a connection of its own.
 *
 * `VACUUM INTO` reads one state of the journal in one transaction, however much is written beside it; a
 * copy page by page starts over with every commit and does not end on a busy journal. The copy gets its
 * name when it is whole, on the disk, and looked through.
 */
import { existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { JournalError } from '../errors.ts';
import { asJournalError } from './failure.ts';
import { inspect } from './migrate.ts';
import { removeDatabase, syncFile, syncFolder } from './saved.ts';

/** The writer holds its lock for one commit at a time. */
const BUSY_TIMEOUT_MS = 10_000;

export interface Backup {
  readonly file: string;
  readonly bytes: number;
}

/**
 * @param path of the journal
 * @param file the copy; one that is there already is replaced in the end
 * @throws JournalError
 */
export function backupJournal(path: string, file: string): Backup {
  const target = resolve(file);
  if (!existsSync(path)) {
    throw new JournalError(`there is no journal at ${path}`, {
      code: 'denied',
      hint: 'Call it where the daemon would start, with the same settings.',
    });
  }
  if (existsSync(target) && realpathSync(target) === realpathSync(path)) {
    throw new JournalError(`${file} is the journal itself`, {
      code: 'denied',
      hint: 'Name another file, on another disk if there is one.',
    });
  }
  const part = join(dirname(target), `.${basename(target)}.part`);
  try {
    removeDatabase(part);
    vacuumInto(path, part);
    assertWhole(part);
    syncFile(part);
    renameSync(part, target);
    syncFolder(dirname(target));
    return { file: target, bytes: statSync(target).size };
  } catch (error) {
    rmSync(part, { force: true });
    throw asJournalError(error);
  }
}

function vacuumInto(path: string, part: string): void {
  const db = new Database(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    inspect(db);
    db.prepare('VACUUM INTO ?').run(part);
  } finally {
    db.close();
  }
}

/** Its tables were written anew just now: what can be wrong is the disk. */
function assertWhole(part: string): void {
  const db = new Database(part, { readonly: true });
  try {
    const said = db.pragma('quick_check(1)', { simple: true });
    if (said !== 'ok')
      throw new JournalError(`the copy is damaged: ${String(said)}`, { code: 'corrupt' });
  } finally {
    db.close();
  }
}
