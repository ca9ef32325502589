/** What can go wrong between a client and the daemon; what the daemon says itself is an answer. */

export const CLIENT_ERROR_CODES = {
  unreachable: 'Start the daemon (`npm start`, or bin/lockstepd), or give the right endpoint.',
  no_answer: 'The daemon goes on with what it has accepted; ask for it by its id.',
  overloaded: 'Await some of the answers before sending more.',
  closed: 'Open another client.',
  bad_endpoint: 'An endpoint looks like tcp://127.0.0.1:5570.',
  bad_reply: 'Is it lockstepd that listens there?',
} as const satisfies Record<string, string>;

export type ClientErrorCode = keyof typeof CLIENT_ERROR_CODES;

/** Thrown by every call of the client that got no answer. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  readonly hint: string;
  readonly endpoint: string;
  /** The command that was asked for: `status` tells what became of it. */
  readonly id: string | undefined;

  constructor(
    code: ClientErrorCode,
    about: { message: string; endpoint: string; id?: string | undefined; cause?: unknown },
  ) {
    super(about.message, { cause: about.cause });
    this.code = code;
    this.hint = CLIENT_ERROR_CODES[code];
    this.endpoint = about.endpoint;
    this.id = about.id;
  }
}
