/**
 * One daemon a journal: a write transaction held for life on a sibling database (`….lock`).
 *
 * The lock is the operating system's, so it ends with the process, kill -9 included, and leaves
 * nothing to clean up. It stands beside the journal and not on it, so that an operator may read the
 * journal with any SQLite shell while the daemon runs (docs/decisions/011). The lock file stays
 * empty, so neither a full disk nor a loss of power can spoil it. Never open it by other means in
 * this process: POSIX drops a process's locks when any of its handles on the file closes.
 *
 * `….pid` says who holds it, for the message that the second one gets, and for nothing else.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { JournalError } from '../errors.ts';

export interface Lock {
  release(): void;
}

/** @throws JournalError `locked`, at once, if another process or thread holds it. */
export function lockJournal(path: string): Lock {
  const db = new Database(`${path}.lock`, { timeout: 0 });
  const pidFile = `${path}.pid`;
  try {
    // The transaction never commits; it needs no journal of its own on the disk.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN IMMEDIATE');
    note(pidFile);
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw error;
    const message = `${path} is held by ${holder(pidFile)}`;
    throw new JournalError(message, { code: 'locked', cause: error });
  }
  return {
    release() {
      rmSync(pidFile, { force: true });
      db.close();
    },
  };
}

function note(pidFile: string): void {
  try {
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    // A full disk is told with the first commit; the lock stands without this note.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

function holder(pidFile: string): string {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    if (pid > 0) return `the daemon with process id ${pid}`;
  } catch (error) {
    // It took the lock just now and has yet to write its name: that it is held is all we know.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return 'another daemon';
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
