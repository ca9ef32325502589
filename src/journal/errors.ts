/**
 * Operating errors of the journal: its file, its disk, its lock.
 *
 * One table of codes, each with the operator's remedy and whether the same call may succeed later.
 * A write that breaks the rules of the port is a programmer's error instead: see {@link
 * IllegalWrite}. Either way nothing of the batch is stored.
 */

export const JOURNAL_ERRORS = {
  locked: {
    hint: 'Another daemon works on this journal: stop it, or give this one its own data folder.',
    retry: false,
  },
  newer_schema: {
    hint: 'Run the version of lockstep that wrote this journal, or a later one.',
    retry: false,
  },
  foreign: {
    hint: 'The file is not a lockstep journal: name another file; nothing in it was changed.',
    retry: false,
  },
  removed: {
    hint: 'Start the daemon again: it names the two ways to continue. Find the program that did it.',
    retry: false,
  },
  saved_copy: {
    hint:
      'Continue from the saved file: lockstep restore FILE. Or give it up: lockstepd --fresh-journal' +
      ' continues with the journal in place, or with an empty one.',
    retry: false,
  },
  /** A file whose content is in a database now, or a database whose move was interrupted. */
  moved: {
    hint:
      'Set LOCKSTEP_JOURNAL to that database. To give up what happened there and go back to this file:' +
      ' docs/operate/postgres.md.',
    retry: false,
  },
  /** A database whose standbys can lack what was confirmed. */
  asynchronous: {
    hint: 'Set synchronous_standby_names, or accept the risk: LOCKSTEP_JOURNAL_MAY_FORGET=true.',
    retry: false,
  },
  /** A database that was to be empty. */
  occupied: {
    hint:
      'Name an empty database. If nothing of the journal in this one is needed, remove it first:' +
      ' DROP SCHEMA lockstep CASCADE.',
    retry: false,
  },
  unsupported: {
    hint: 'Use sqlite:PATH, postgres://… (both durable) or memory: (lost with the process).',
    retry: false,
  },
  full: {
    hint: 'Make room on the disk that holds the journal; nothing of the failed call was stored.',
    retry: true,
  },
  busy: {
    hint: 'Another program holds a write transaction on the journal: end it.',
    retry: true,
  },
  denied: {
    hint: "The daemon's user must own the journal's folder and files and may write them.",
    retry: false,
  },
  corrupt: {
    hint:
      'List the damage: lockstep journal check. Then stop the daemon and go back to the last backup:' +
      ' lockstep restore FILE. It keeps the damaged journal. Then look at the disk.',
    retry: false,
  },
  /** One row of history, or the text of one record: all others can be used. */
  damaged: {
    hint:
      'List the damage: lockstep journal check. The daemon continues without this row. To have it' +
      ' back: lockstep restore FILE, from a backup. Then look at the disk.',
    retry: false,
  },
  io: {
    hint:
      'Look at the disk and the system log, then restart the daemon: it reads the journal again.' +
      ' The data of the failed call may or may not be in it.',
    retry: false,
  },
  /** Of a database: it does not answer at the start. While the daemon runs it waits. */
  unreachable: {
    hint: 'Start the database, or correct LOCKSTEP_JOURNAL. A daemon that runs goes on by itself; one that has ended must be started again.',
    retry: false,
  },
  /** Another daemon has the seat of this one. */
  fenced: {
    hint: 'This daemon was out of reach of the database for too long: see its network, and the log of the other daemon.',
    retry: false,
  },
  /** The database has lost what it had confirmed. */
  forgot: {
    hint:
      'A standby was promoted that was not synchronous, or an old backup was restored. The next start holds the open' +
      ' commands: see "A database that was set back" in docs/operate/postgres.md.',
    retry: false,
  },
  closed: {
    hint: 'The daemon is stopping; nothing of this call was stored.',
    retry: false,
  },
} as const satisfies Record<string, { hint: string; retry: boolean }>;

export type JournalErrorCode = keyof typeof JOURNAL_ERRORS;

/** An operating error of the journal. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code: JournalErrorCode;
  /** The remedy for an operator. */
  readonly hint: string;
  /** Whether the same call can succeed later without a restart. */
  readonly retry: boolean;

  constructor(
    message: string,
    about: { readonly code: JournalErrorCode; readonly cause?: unknown; readonly hint?: string },
  ) {
    super(message, 'cause' in about ? { cause: about.cause } : undefined);
    this.code = about.code;
    this.hint = about.hint ?? JOURNAL_ERRORS[about.code].hint;
    this.retry = JOURNAL_ERRORS[about.code].retry;
  }
}

/** A write that the port forbids: a programmer's error, to be thrown to the top. */
export class IllegalWrite extends Error {
  override readonly name = 'IllegalWrite';
}
