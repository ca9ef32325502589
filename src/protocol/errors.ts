/**
 * The one table of errors a client can get. docs/protocol.md repeats it, and a
 * test holds the two together.
 */

export const ERROR_CODES = {
  invalid_request: {
    meaning: 'The request is wrong; `field` says where.',
    hint: 'Correct the request. The same request will be rejected again.',
    retry: false,
  },
  too_large: {
    meaning: 'The frame is larger than the daemon accepts.',
    hint: 'Send fewer commands in one batch.',
    retry: false,
  },
  busy: {
    meaning: 'The daemon is overloaded: it cannot accept the request now.',
    hint: 'Send it again after retryAfterMs, with the same id.',
    retry: true,
  },
  unavailable: {
    meaning: 'A node or a resource that the request needs is unavailable now.',
    hint: 'Send it again after retryAfterMs, with the same id; nothing was journaled.',
    retry: true,
  },
  draining: {
    meaning: 'The daemon is stopping.',
    hint: 'Send it again with the same id once the daemon is back.',
    retry: true,
  },
  expired: {
    meaning: 'The command came after its `expiresAt`, by the clock of the daemon.',
    hint: 'Nothing was journaled. If it is still wanted, send it with an expiresAt counted from `at`.',
    retry: true,
  },
  id_conflict: {
    meaning: 'This id belongs to a command with other content.',
    hint: 'Use a new id for a new command.',
    retry: false,
  },
  unknown_command: {
    meaning: 'There is no command of this id (or it was pruned from the history).',
    hint: 'Look it up with `lockstep list`.',
    retry: false,
  },
  unauthorised: {
    meaning: 'The request needs the token of a client with another role, or of any client.',
    hint: 'Send the token of a client with the role that the message names, as `auth`.',
    retry: false,
  },
  internal: {
    meaning: 'The daemon failed; what it had accepted is in the journal.',
    hint: 'See the log of the daemon; ask for the command by its id once the daemon is back.',
    retry: true,
  },
} as const satisfies Record<string, { meaning: string; hint: string; retry: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The error part of a reply. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  /** Of `invalid_request`: the field, as a path (`commands.3.groupId`). */
  readonly field?: string;
  /** Of `busy` and `unavailable`. */
  readonly retryAfterMs?: number;
}

/** An error as a value, on its way to a client. */
export interface ErrorReply {
  /** The command that it is about, if there is one. */
  readonly id?: string;
  readonly error: ErrorBody;
}

/** Builds an error with its code's hint, unless a better one is given. */
export function errorReply(
  code: ErrorCode,
  message: string,
  more: { field?: string; hint?: string; retryAfterMs?: number; id?: string } = {},
): ErrorReply {
  const { id, hint = ERROR_CODES[code].hint, ...rest } = more;
  return { ...(id === undefined ? {} : { id }), error: { code, message, hint, ...rest } };
}
