/** `lockstep backup`: one copy of the journal, or repeated ones with the oldest removed. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { durationText } from '../../base/time/duration-text.ts';
import { backupJournal } from '../../journal/sqlite/files/backup.ts';
import { EXIT, type ExitCode, UsageError, worst } from '../exit-code.ts';
import { interruptible } from '../input/interrupts.ts';
import type { Terminal } from '../output/terminal.ts';
import { journalLocation, reportJournal } from './journal-place.ts';

const MIB = 1024 * 1024;

export interface BackupJob {
  readonly file: string;
  readonly config: string | undefined;
  readonly json: boolean;
  /** Number of copies with the time in their names; undefined: one, of the given name. */
  readonly keep: number | undefined;
}

export async function backupOnce(job: BackupJob, terminal: Terminal): Promise<ExitCode> {
  const { file, config, json, keep } = job;
  refuseFolder(file);
  const { path } = journalLocation(config);
  const begun = performance.now();
  try {
    const made = backupJournal(path, keep === undefined ? file : stamped(file));
    const tookMs = performance.now() - begun;
    const isDamaged = made.damaged > 0;
    // An older copy may have what is damaged now.
    const keepsAll = keep === undefined || isDamaged;
    const removed = keepsAll ? [] : removeOldest(file, keep, basename(made.file));
    if (json) await terminal.json({ ...made, tookMs: Math.round(tookMs), removed });
    else {
      const gone = removed.length === 0 ? '' : `, ${removed.length} older removed`;
      const size = `${(made.bytes / MIB).toFixed(1)} MiB`;
      await terminal.line(`${made.file}: ${size} in ${durationText(tookMs)}${gone}`);
    }
    if (isDamaged) terminal.complain(`lockstep: ${damageNote(made.damaged)}`);
    return isDamaged ? EXIT.notDone : EXIT.done;
  } catch (error) {
    return reportJournal(error, { json }, terminal);
  }
}

function damageNote(rows: number): string {
  const count = rows === 1 ? '1 row' : `${rows} rows`;
  return (
    `${count} of history in the journal, and so in this copy, are damaged; older copies are all kept.\n` +
    '  List the damage: lockstep journal check.'
  );
}

/** @throws UsageError */
function refuseFolder(file: string): void {
  if (!file.endsWith('/') && statSync(file, { throwIfNoEntry: false })?.isDirectory() !== true)
    return;
  const name = join(file, 'journal.db');
  throw new UsageError(`${file} is a folder; name a file in it, like ${name}`);
}

/** A failed copy is reported, and the next one is made all the same. */
export function backupOver(job: BackupJob, everyMs: number, terminal: Terminal): Promise<number> {
  const run = async (stop: AbortSignal): Promise<ExitCode> => {
    const codes: ExitCode[] = [];
    while (!stop.aborted) {
      codes.push(await backupOnce(job, terminal));
      await sleep(everyMs, undefined, { signal: stop }).catch(() => {});
    }
    const failed = codes.filter((code) => code !== EXIT.done).length;
    if (job.json) {
      await terminal.json({ summary: { op: 'backup', copies: codes.length - failed, failed } });
    }
    return worst(codes);
  };
  // The loop leaves nothing behind: a copy blocks the thread, and the first signal ends the pause.
  return interruptible(terminal, { run, leave: () => {} });
}

/** `journal.db` becomes `journal-2026-11-29T05-15-00Z.db`: the order of names is that of the clock. */
function stamped(file: string): string {
  const { dir, name, ext } = parse(resolve(file));
  const time = new Date()
    .toISOString()
    .replaceAll(':', '-')
    .replace(/\.\d+Z$/, 'Z');
  return join(dir, `${name}-${time}${ext}`);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/;

/**
 * The copy just made is the newest, whatever its name: a copy with a later name was made before it,
 * by a clock that was ahead, or this clock is behind. Those are removed first, so that the copy
 * just reported is never the one removed.
 *
 * @param newest the name of the copy just made
 * @returns the removed copies
 */
function removeOldest(file: string, keep: number, newest: string): readonly string[] {
  const folder = dirname(resolve(file));
  const { name, ext } = parse(basename(file));
  const copies = readdirSync(folder)
    .filter((each) => each.startsWith(`${name}-`) && each.endsWith(ext))
    .filter((each) => TIME.test(each.slice(name.length + 1, each.length - ext.length)))
    .sort();
  const inOrder = [
    ...copies.filter((each) => each > newest),
    ...copies.filter((each) => each <= newest),
  ];
  const old = inOrder.slice(0, Math.max(0, copies.length - keep)).map((each) => join(folder, each));
  for (const each of old) rmSync(each);
  return old;
}
