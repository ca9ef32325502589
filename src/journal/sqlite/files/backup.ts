/**
 * Copies a journal while a daemon may be writing it, by a connection of its own.
 *
 * `VACUUM INTO` reads one state of the journal in one transaction, however much is written
 * meanwhile. A copy page by page starts again with every commit and never ends on a busy journal.
 * The copy gets its name when it is complete, on the disk, and verified.
 */
import { existsSync, realpathSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { makePrivate } from '../../../files/private-file.ts';
import { JournalError, type JournalErrorCode } from '../../errors.ts';
import { asCopyError, asJournalError } from '../failure.ts';
import { inspect } from '../open/migrate.ts';
import { errorOf } from '../sums/faults.ts';
import { checkFile } from './check.ts';
import { removeDatabase, removeFile, syncFile, syncFolder } from './saved.ts';

/** The writer holds its lock for one commit at a time. */
const BUSY_TIMEOUT_MS = 10_000;

export interface Backup {
  readonly file: string;
  readonly bytes: number;
  /** Damaged rows of history, which the copy has too. */
  readonly damaged: number;
}

/**
 * @param path of the journal
 * @param file the copy; an existing file is replaced at the end, unless the journal is damaged
 * @throws JournalError
 */
export function backupJournal(path: string, file: string): Backup {
  const target = resolve(file);
  if (!existsSync(path)) {
    throw new JournalError(`there is no journal at ${path}`, {
      code: 'denied',
      hint: "Run it in the daemon's working directory, with the daemon's settings.",
    });
  }
  if (existsSync(target) && realpathSync(target) === realpathSync(path)) {
    throw new JournalError(`${file} is the journal itself`, {
      code: 'denied',
      hint: 'Name another file, on another disk if there is one.',
    });
  }
  assertPlace(target);
  const part = join(dirname(target), `.${basename(target)}.part`);
  const journal = openJournal(path);
  try {
    removeDatabase(part);
    makePrivate(part);
    journal.prepare('VACUUM INTO ?').run(part);
    const damaged = assertWhole(part, { path, replaces: existsSync(target) ? target : undefined });
    syncFile(part);
    renameSync(part, target);
    syncFolder(dirname(target));
    return { file: target, bytes: statSync(target).size, damaged };
  } catch (error) {
    removeFile(part);
    // Damage concerns the file that was read, and so does a lock; all else concerns the written
    // file.
    const found = asJournalError(error, path);
    if (error !== found && found instanceof JournalError && READ.includes(found.code)) throw found;
    throw asCopyError(error, { copy: target, seen: part, hint: LOOK });
  } finally {
    journal.close();
  }
}

const READ: readonly JournalErrorCode[] = ['corrupt', 'busy'];
const NOT_COPIED =
  'No daemon would start on a copy, so none was made; older copies are unchanged. List the damage: lockstep journal check.';
const LOOK =
  'Check the folder of the copy and its disk; the journal and older copies are unchanged.';

/** A copy replaces a file only, and makes no folder: its disk may not be mounted. */
function assertPlace(target: string): void {
  const folder = dirname(target);
  const denied = (message: string, hint: string) =>
    new JournalError(message, { code: 'denied', hint });
  try {
    const stats = statSync(target, { throwIfNoEntry: false });
    if (stats?.isFile() === false) throw denied(`${target} is not a file`, 'Name a file.');
    if (stats === undefined && !existsSync(folder)) {
      throw denied(
        `the folder of the copy, ${folder}, is missing`,
        'Create it, or mount its disk.',
      );
    }
  } catch (error) {
    throw asCopyError(error, { copy: target, seen: target, hint: LOOK });
  }
}

/** @throws JournalError that names the journal */
function openJournal(path: string): Database.Database {
  try {
    const db = new Database(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      inspect(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw asJournalError(error, path);
  }
}

/**
 * A copy with damaged rows of history is better than none, and worse than an older one without.
 * @returns the number of these rows
 * @throws JournalError that names the journal: no start would be possible on the copy, or it would replace another
 */
function assertWhole(
  part: string,
  { path, replaces }: { readonly path: string; readonly replaces: string | undefined },
): number {
  const findings = checkFile(part);
  const fault = errorOf(findings, path);
  if (fault === undefined) return 0;
  const { code, message } = fault;
  if (code === 'corrupt') throw new JournalError(message, { code, hint: NOT_COPIED });
  if (replaces === undefined) return findings.damaged;
  const hint = `The older copy ${replaces} may be sound, so it stays. For a copy with the damage name another file.`;
  throw new JournalError(message, { code, hint });
}
