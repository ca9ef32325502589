/** Reads SQLite's result codes as errors of the journal (https://sqlite.org/rescode.html). */
import Database from 'better-sqlite3';
import { codeOf, messageOf, syscallOf } from '../../base/error-fields.ts';
import { IllegalWrite, JOURNAL_ERRORS, JournalError, type JournalErrorCode } from '../errors.ts';

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
 * The error to throw for an error of SQLite. Any other error is passed on.
 * @param path the journal, to be named where its content is damaged
 */
export function asJournalError(error: unknown, path?: string): unknown {
  if (error instanceof JournalError && isDamage(error)) return named(error, path);
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code.startsWith('SQLITE_CONSTRAINT')) {
    return new IllegalWrite(error.message, { cause: error });
  }
  const code = CODES.find(([prefix]) => error.code.startsWith(prefix))?.[1];
  if (code === undefined) return error;
  const message = `${path ?? 'journal'}: ${error.message} (${error.code})`;
  return new JournalError(message, { code, cause: error });
}

/**
 * The error to throw for a failure of a copy's file: it names the copy instead of `seen`, the
 * temporary name of the file. Errors that are not about files are passed on.
 */
export function asCopyError(
  error: unknown,
  { copy, seen, hint }: { readonly copy: string; readonly seen: string; readonly hint: string },
): unknown {
  const found = error instanceof JournalError ? error : asJournalError(error, copy);
  if (found instanceof JournalError) {
    const message = found.message.replaceAll(seen, copy);
    const { code } = found;
    // The remedies of the table are for the journal in its place.
    const isOwn = found.hint !== JOURNAL_ERRORS[code].hint || code === 'newer_schema';
    return new JournalError(message, { code, cause: error, hint: isOwn ? found.hint : hint });
  }
  const [code, syscall] = [codeOf(error), syscallOf(error)];
  const message = messageOf(error);
  if (code === undefined || syscall === undefined) return error;
  const kind = FILE_CODES[code] ?? 'io';
  return new JournalError(`${copy}: ${message.replaceAll(seen, copy)}`, {
    code: kind,
    cause: error,
    hint,
  });
}

const FILE_CODES: Readonly<Record<string, JournalErrorCode>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOENT: 'denied',
  ENOTDIR: 'denied',
  EISDIR: 'denied',
};

function isDamage({ code }: JournalError): boolean {
  return code === 'corrupt' || code === 'damaged';
}

/** Names the journal, too. */
export function named(error: JournalError, path: string | undefined): JournalError {
  const { code, hint, message } = error;
  if (path === undefined || message.includes(path)) return error;
  return new JournalError(`${path}: ${message}`, { code, hint, cause: error });
}
