/**
 * One daemon for one journal: a write transaction held for life on a sibling database (`….lock`).
 *
 * The lock is the operating system's, so it ends with the process, even by kill -9, and leaves
 * nothing to clean up. It is beside the journal and not on it, so that an operator may read the
 * journal with any SQLite shell while the daemon runs (docs/decisions/011). The lock file stays
 * empty, so neither a full disk nor a loss of power can damage it. Never open it by other means in
 * this process: POSIX drops a process's locks when any of its handles on the file closes.
 *
 * `….pid` names the holder, only for the error message of a second daemon.
 *
 * Names in a folder can be removed, so on Linux a second lock without a file protects the place: an
 * abstract socket, named by device and inode of the journal's folder and the journal's name in it.
 * (Not by those of the journal itself: if its file was removed, the second daemon would make
 * another.) Containers with separate networks do not see each other's socket: for them only the
 * file counts.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { codeOf } from '../../../base/error-fields.ts';
import { makePrivate, writePrivateFile } from '../../../files/private-file.ts';
import { JournalError } from '../../errors.ts';
import { removeFile } from '../files/saved.ts';

export interface Lock {
  /**
   * Makes the lock file again if another program has removed it.
   * @returns whether it had to
   * @throws JournalError `locked` if another daemon was first
   */
  renew(): boolean;
  release(): void;
}

/** @throws JournalError `locked`, at once, if another process or thread holds it. */
export function lockJournal(path: string): Lock {
  let file = lockFile(path);
  let inode = inodeOf(path);
  let place: Server | undefined;
  try {
    place = holdFolder(path);
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    renew() {
      if (inodeOf(path) === inode) return false;
      const before = file;
      file = lockFile(path);
      inode = inodeOf(path);
      before.close();
      return true;
    },
    release() {
      removeFile(`${path}.pid`);
      place?.close();
      file.close();
    },
  };
}

function inodeOf(path: string): number | undefined {
  return statSync(`${path}.lock`, { throwIfNoEntry: false })?.ino;
}

function lockFile(path: string): Database.Database {
  // Who can open it can lock it.
  makePrivate(`${path}.lock`);
  const db = new Database(`${path}.lock`, { timeout: 0 });
  const pidFile = `${path}.pid`;
  try {
    // The transaction never commits; it needs no journal of its own on the disk.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN IMMEDIATE');
    note(pidFile);
    return db;
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw error;
    throw heldBy(path, holder(pidFile), error);
  }
}

/** Undefined on systems without abstract sockets. */
function holdFolder(path: string): Server | undefined {
  if (process.platform !== 'linux') return undefined;
  const { dev, ino } = statSync(dirname(path), { bigint: true });
  const server = createServer((socket) => socket.destroy());
  // Errors are reported on the next turn of the event loop; `listening` is known now.
  server.on('error', () => {});
  // The name of a socket has 107 bytes.
  const name = createHash('sha256').update(basename(path)).digest('hex').slice(0, 32);
  server.listen(`\0lockstep-journal/${dev}/${ino}/${name}`);
  if (!server.listening)
    throw heldBy(path, 'another daemon: the lock socket of its folder is in use');
  return server.unref();
}

function heldBy(path: string, who: string, cause?: unknown): JournalError {
  return new JournalError(`${path} is held by ${who}`, { code: 'locked', cause });
}

function note(pidFile: string): void {
  try {
    writePrivateFile(pidFile, `${process.pid}\n`);
  } catch (error) {
    // A full disk is reported with the first commit; the lock works without this note.
    if (codeOf(error) !== 'ENOSPC') throw error;
  }
}

function holder(pidFile: string): string {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    if (pid > 0) return `the daemon with process id ${pid}`;
  } catch (error) {
    // It has just taken the lock and not yet written its name: only the lock is known.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  return 'another daemon';
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
