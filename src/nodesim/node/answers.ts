/**
 * The answers of a simulated node, equal to the original's byte for byte: texts with a newline as
 * text/html (as Flask sends a string), errors as JSON with Python's spacing, everything in ASCII.
 * Fixed answers are built once; the hot path allocates none.
 */

export interface SimReply {
  readonly status: number;
  /** Names and values alternate, as `writeHead` takes them. */
  readonly headers: string[];
  readonly body: string;
}

/** The event on the client's connection. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: SimReply }
  /** The answer breaks off: its content-length is larger than its body. */
  | { readonly kind: 'truncated'; readonly answer: SimReply }
  /** The connection is reset (RST). */
  | { readonly kind: 'reset' }
  /** No answer until the client gives up. */
  | { readonly kind: 'silence' };

export const RESET: Outcome = { kind: 'reset' };
export const SILENCE: Outcome = { kind: 'silence' };

const TEXT = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

/** Flask's texts for errors outside of its views. */
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
export function answer(status: number, type: string, body: string): SimReply {
  if (status === 204 || status === 304) return { status, headers: [], body: '' };
  return { status, headers: ['Content-Type', type, 'Content-Length', String(body.length)], body };
}

export function textReply(status: number, text: string): SimReply {
  return answer(status, TEXT, text);
}

export function jsonReply(status: number, value: unknown): SimReply {
  return answer(status, JSON_TYPE, asciiJson(value));
}

/** A record, with the newline that Flask ends its JSON with. */
export function recordReply(record: { readonly groupId: string; timestamp?: number }): SimReply {
  return answer(200, JSON_TYPE, `${asciiJson(record)}\n`);
}

/** `{"message": "…", "status": 404}`, as Python spaces it. */
export function errorReply(status: number, message: string): SimReply {
  return answer(status, JSON_TYPE, `{"message": ${asciiJson(message)}, "status": ${status}}`);
}

export function methodNotAllowed(allowed: string): SimReply {
  return withHeader(errorReply(405, WORDS.methodNotAllowed), 'Allow', allowed);
}

export function withHeader(base: SimReply, name: string, value: string): SimReply {
  return { ...base, headers: [...base.headers, name, value] };
}

export function asOutcome(of: SimReply): Outcome {
  return { kind: 'answer', answer: of };
}

/** JSON in ASCII: `é` is written `\u00e9`. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

export const CREATED = textReply(201, 'CREATED\n');
export const DELETED = textReply(200, 'OK\n');
export const PONG = textReply(200, 'PONG\n');
export const NO_SUCH_PATH = errorReply(404, WORDS.notFound);
export const BAD_REQUEST = errorReply(400, WORDS.badRequest);
export const INTERNAL_ERROR = errorReply(500, WORDS.internal);
export const TOO_LARGE = errorReply(413, WORDS.tooLarge);
export const BODY_MISSING = errorReply(406, 'Invalid Request, Please provide body');
export const GROUP_ID_MISSING = errorReply(406, 'Invalid Request, missing groupId in body');
export const NODE_MISSING = errorReply(406, 'provide node parameter in request headers');
export const RANDOM_500 = errorReply(500, 'InternalServerError due to Random Behavior');
export const RANDOM_408 = errorReply(408, 'Timeout due to Random Behavior');

/** The answer to a `node` header that names none of these. */
export function nodeUnknown(name: string, nodes: readonly string[]): SimReply {
  const list = nodes.map((node) => `'${node}'`).join(', ');
  return errorReply(406, `node ${name} is not configured. Available nodes [${list}]`);
}
