/** Reads SQLite's result codes as errors of the journal (https://sqlite.org/rescode.html). */
import Database from 'better-sqlite3';
import { IllegalWrite, JournalError, type JournalErrorCode } from '../errors.ts';

const CODES: readonly (readonly [prefix: string, code: JournalErrorCode])[] = [
  ['SQLITE_FULL', 'full'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_READONLY', 'denied'],
  ['SQLITE_CANTOPEN', 'denied'],
  ['SQLITE_PERM', 'denied'],
  ['SQLITE_IOERR', 'io'],
];

/** What to throw for what SQLite threw. Anything that is not SQLite's is passed on. */
export function asJournalError(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code.startsWith('SQLITE_CONSTRAINT')) {
    return new IllegalWrite(error.message, { cause: error });
  }
  const code = CODES.find(([prefix]) => error.code.startsWith(prefix))?.[1];
  if (code === undefined) return error;
  return new JournalError(`journal: ${error.message} (${error.code})`, { code, cause: error });
}
