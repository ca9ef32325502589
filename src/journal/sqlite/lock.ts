/**
 * One daemon a journal: a write transaction held for life on a sibling database (`….lock`).
 *
 * The lock is the operating system's, so it ends with the process, kill -9 included, and leaves
 * nothing to clean up. It stands beside the journal and not on it, so that an operator may read the
 * journal with any SQLite shell while the daemon runs (docs/decisions/011).
 *
 * The holder's process id is kept in `user_version`, for the message that the second one gets. Never
 * open the lock file by other means in this process: POSIX drops the locks when that handle closes.
 */
import Database from 'better-sqlite3';
import { JournalError } from '../errors.ts';

export interface Lock {
  release(): void;
}

/** @throws JournalError `locked`, at once, if another process or thread holds it. */
export function lockJournal(path: string): Lock {
  const db = new Database(`${path}.lock`, { timeout: 0 });
  try {
    claim(db, path);
    return { release: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}

function claim(db: Database.Database, path: string): void {
  try {
    // The transaction below does the work; nothing in this file has to outlive the process.
    db.pragma('synchronous = OFF');
    db.exec('BEGIN IMMEDIATE');
    db.pragma(`user_version = ${process.pid}`);
    db.exec('COMMIT');
    // Whoever comes between these two is the holder, and we are refused here.
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw new JournalError(`${path} is held by ${holder(db)}`, { code: 'locked', cause: error });
  }
}

function holder(db: Database.Database): string {
  try {
    const pid = db.pragma('user_version', { simple: true }) as number;
    if (pid > 0) return `the daemon with process id ${pid}`;
  } catch (error) {
    // Its first write is under way just now: that it is held is all we know.
    if (!isBusy(error)) throw error;
  }
  return 'another daemon';
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
