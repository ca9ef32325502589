/**
 * What a simulated node says, byte for byte as the original: texts with a newline as text/html
 * (what Flask makes of a string), errors as JSON with Python's spacing, everything in ASCII.
 * Fixed answers are built once; the hot path allocates none of them.
 */

export interface Answer {
  readonly status: number;
  /** Names and values in turn, as `writeHead` takes them. */
  readonly headers: string[];
  readonly body: string;
}

/** What happens on the client's connection. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** The answer breaks off: its content-length promises more than comes. */
  | { readonly kind: 'truncated'; readonly answer: Answer }
  /** The connection is reset (RST). */
  | { readonly kind: 'reset' }
  /** Nothing, until the client gives up. */
  | { readonly kind: 'silence' };

export const RESET: Outcome = { kind: 'reset' };
export const SILENCE: Outcome = { kind: 'silence' };

const TEXT = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

/** The words Flask has for what its views don't decide. */
const WORDS = {
  badRequest: 'The browser (or proxy) sent a request that this server could not understand.',
  notFound:
    'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
  methodNotAllowed: 'The method is not allowed for the requested URL.',
  tooLarge: 'The data value transmitted exceeds the capacity limit.',
  internal:
    'The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.',
} as const;

/** `body` must be ASCII. */
export function answer(status: number, type: string, body: string): Answer {
  if (status === 204 || status === 304) return { status, headers: [], body: '' };
  return { status, headers: ['Content-Type', type, 'Content-Length', String(body.length)], body };
}

export function textAnswer(status: number, text: string): Answer {
  return answer(status, TEXT, text);
}

export function jsonAnswer(status: number, value: unknown): Answer {
  return answer(status, JSON_TYPE, asciiJson(value));
}

/** A record, with the newline that Flask ends its JSON with. */
export function recordAnswer(record: { readonly groupId: string; timestamp?: number }): Answer {
  return answer(200, JSON_TYPE, `${asciiJson(record)}\n`);
}

/** `{"message": "…", "status": 404}`, as Python spaces it. */
export function errorAnswer(status: number, message: string): Answer {
  return answer(status, JSON_TYPE, `{"message": ${asciiJson(message)}, "status": ${status}}`);
}

export function methodNotAllowed(allowed: string): Answer {
  return withHeader(errorAnswer(405, WORDS.methodNotAllowed), 'Allow', allowed);
}

export function withHeader(base: Answer, name: string, value: string): Answer {
  return { ...base, headers: [...base.headers, name, value] };
}

export function asOutcome(of: Answer): Outcome {
  return { kind: 'answer', answer: of };
}

/** JSON in ASCII: `é` is written `\u00e9`. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

export const CREATED = textAnswer(201, 'CREATED\n');
export const DELETED = textAnswer(200, 'OK\n');
export const PONG = textAnswer(200, 'PONG\n');
export const NO_SUCH_PATH = errorAnswer(404, WORDS.notFound);
export const BAD_REQUEST = errorAnswer(400, WORDS.badRequest);
export const INTERNAL_ERROR = errorAnswer(500, WORDS.internal);
export const TOO_LARGE = errorAnswer(413, WORDS.tooLarge);
export const BODY_MISSING = errorAnswer(406, 'Invalid Request, Please provide body');
export const GROUP_ID_MISSING = errorAnswer(406, 'Invalid Request, missing groupId in body');
export const NODE_MISSING = errorAnswer(406, 'provide node parameter in request headers');
export const RANDOM_500 = errorAnswer(500, 'InternalServerError due to Random Behavior');
export const RANDOM_408 = errorAnswer(408, 'Timeout due to Random Behavior');

/** The answer to a `node` header that names none of these. */
export function nodeUnknown(name: string, nodes: readonly string[]): Answer {
  const list = nodes.map((node) => `'${node}'`).join(', ');
  return errorAnswer(406, `node ${name} is not configured. Available nodes [${list}]`);
}
