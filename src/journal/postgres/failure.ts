/** Reads PostgreSQL's errors (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
import { DatabaseError } from 'pg';
import { codeOf, messageOf } from '../../base/error-fields.ts';
import { IllegalWrite, JournalError, type JournalErrorCode } from '../errors.ts';

/**
 * Nobody knows whether the statement was or will be executed: its connection is gone, or the server answered in a way
 * that promises nothing.
 */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** Of our own functions: a batch breaks a rule of the port. */
const ILLEGAL = 'LS001';

/** The statement was not executed, and may be later: classes or codes. */
const PASSING = [
  '08', // connection
  '40', // rolled back: serialization, deadlock
  '53', // resources: disk full, too many connections
  '55P03', // a lock was not to be had in time
  '57', // shutdown, starting up, cancelled
  '58', // a system error
  '25006', // read only: a standby
  'XX000', // a pooler's word for most of its troubles
];

const REFUSED: readonly (readonly [prefix: string, code: JournalErrorCode])[] = [
  ['28', 'denied'],
  ['3D', 'denied'],
  ['42501', 'denied'],
  ['42', 'foreign'],
  ['3F', 'foreign'],
  ['XX', 'corrupt'],
];

/** The class of messages that change nothing about the outcome. */
const SUCCESS = '00';

/**
 * Whether a message beside a success casts doubt on it. A cancelled wait for a standby is a success with SQLSTATE 01000; a
 * notice for people has class 00.
 */
export function isWarning({ code }: { readonly code?: string | undefined }): boolean {
  return code?.startsWith(SUCCESS) !== true;
}

/** Whether the same statement may succeed later. */
export function passes(error: unknown): boolean {
  if (error instanceof OutcomeUnknown) return true;
  if (!(error instanceof DatabaseError)) return false;
  return PASSING.some((prefix) => error.code?.startsWith(prefix));
}

/** The error to throw for an error of PostgreSQL that does not pass. Any other error is passed on. */
export function asJournalError(error: unknown, place: string): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const { code = '', message } = error;
  if (code === ILLEGAL || code.startsWith('23') || code.startsWith('22')) {
    return new IllegalWrite(message, { cause: error });
  }
  const kind = REFUSED.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'io';
  const hint = HINTS[kind];
  const about = hint === undefined ? {} : { hint };
  return new JournalError(`${place}: ${message} (${code})`, { code: kind, cause: error, ...about });
}

/** The remedies of the table are for a journal in a file. */
const HINTS: Partial<Record<JournalErrorCode, string>> = {
  denied:
    'Check user, password and database of LOCKSTEP_JOURNAL: the user must own the database, or may create a schema in it.',
  foreign:
    'The schema `lockstep` of this database is not complete: name another database, or restore it from a backup.',
  corrupt: 'PostgreSQL reports damage: see its log, and restore the database.',
  io: 'See the log of PostgreSQL, then restart the daemon: it reads the journal again.',
};

/** The database cannot be reached: for people, in one line. */
export function whyAway(error: unknown): string {
  const code = codeOf(error);
  const text = messageOf(error);
  return code === undefined || text.includes(code) ? text : `${text} (${code})`;
}
