/** Failures between a client and the daemon; an error that the daemon sends is an answer. */
import { isError } from '../protocol/answer.ts';
import { ERROR_CODES, type ErrorCode } from '../protocol/errors.ts';

export const CLIENT_ERROR_CODES = {
  unreachable:
    'Start the daemon (`npm start`, or lockstepd), or give the right endpoint. A daemon that is starting listens once it is ready: its log names the reason of a wait.',
  no_answer: 'The daemon continues the commands that it accepted; ask for each by its id.',
  unauthorised:
    'Use the key file of a client in the list of the daemon: `--key-file FILE`, LOCKSTEP_KEY_FILE, or the option `keyFile`. `lockstep keys add NAME --role ROLE --key-out FILE` makes one.',
  overloaded: 'Wait for some of the answers before you send more.',
  closed: 'Open another client.',
  no_events:
    'With LOCKSTEP_AUTH=required events go out by CURVE or over a socket file only: set LOCKSTEP_CURVE_KEY_FILE.',
  other_journal:
    'Give only addresses of one daemon, or of daemons that share a journal: another one does not know the commands of this client, and would execute them again. After a journal was replaced: open another client.',
  bad_endpoint:
    'An endpoint looks like tcp://127.0.0.1:5570 or ipc:///run/lockstep/commands; several are separated by commas.',
  bad_key:
    '`lockstep keys add NAME --role ROLE --key-out FILE` makes a key file; only its owner may read it.',
  bad_reply: 'Check that the program that listens there is lockstepd.',
} as const satisfies Record<string, string>;

export type ClientErrorCode = keyof typeof CLIENT_ERROR_CODES;

/** Thrown by every call of the client that got no answer. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  readonly hint: string;
  readonly endpoint: string;
  /** The command of the call: `status` shows its state. */
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

/** Temporary errors of the daemon about its state or that of its nodes, now or a while ago. */
const PASSING: readonly ErrorCode[] = ['busy', 'unavailable', 'draining', 'expired'];
/** Temporary failures between client and daemon. */
const PASSING_CLIENT: readonly ClientErrorCode[] = ['unreachable', 'no_answer', 'overloaded'];

/**
 * Whether an error is an expected one, and no fault of the program or of the daemon: the daemon is
 * or was unreachable, full or stopping, or a breaker is open.
 * @param error thrown or returned by a call
 * @example
 * const answer = await client.create('5').catch((error: unknown) => {
 *   if (isExpected(error)) return undefined;
 *   throw error;
 * });
 * if (answer === undefined) console.log('not reachable now: try again later, with the same id');
 */
export function isExpected(error: unknown): boolean {
  if (error instanceof ClientError) return PASSING_CLIENT.includes(error.code);
  const code = codeOf(error);
  return code !== undefined && PASSING.includes(code);
}

/**
 * Whether the same request, with the same id, may get another answer later. Never for a settled
 * command: its id always gets the first outcome (P7).
 * @param answerOrError returned or thrown by a call
 * @example
 * const answer = await client.create('5', { id: 'order-17' });
 * if (worthRetrying(answer)) console.log('again', isError(answer) && answer.error.retryAfterMs, 'ms later');
 */
export function worthRetrying(answerOrError: unknown): boolean {
  if (answerOrError instanceof ClientError) return PASSING_CLIENT.includes(answerOrError.code);
  const code = codeOf(answerOrError);
  return code !== undefined && ERROR_CODES[code].retry;
}

/** The code of an error reply of the daemon; undefined for other values, and for unknown codes. */
function codeOf(value: unknown): ErrorCode | undefined {
  if (typeof value !== 'object' || value === null || !isError(value)) return undefined;
  const code: ErrorCode | undefined = value.error?.code;
  return code !== undefined && Object.hasOwn(ERROR_CODES, code) ? code : undefined;
}
