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

/**
 * What to throw for what SQLite threw. Anything that is not SQLite's is passed on.
 * @param path the journal, to be named where its content is damaged
 */
export function asJournalError(error: unknown, path?: string): unknown {
  if (error instanceof JournalError && error.code === 'corrupt') return named(error, path);
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code.startsWith('SQLITE_CONSTRAINT')) {
    return new IllegalWrite(error.message, { cause: error });
  }
  const code = CODES.find(([prefix]) => error.code.startsWith(prefix))?.[1];
  if (code === undefined) return error;
  const message = `${path ?? 'journal'}: ${error.message} (${error.code})`;
  return new JournalError(message, { code, cause: error });
}

function named(error: JournalError, path: string | undefined): JournalError {
  if (path === undefined || error.message.includes(path)) return error;
  return new JournalError(`${path}: ${error.message}`, { code: 'corrupt', cause: error });
}
