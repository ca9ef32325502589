/** An answer of the protocol as one of HTTP: the same JSON, with the status code of its error. */
import type { FastifyReply } from 'fastify';
import type { CallReply } from '../channel/door-messages.ts';
import { isError } from '../protocol/answer.ts';
import type { ErrorCode } from '../protocol/errors.ts';

export function sendAnswer(reply: FastifyReply, answer: object): FastifyReply {
  reply.header('cache-control', 'no-store');
  return isError(answer) ? asError(reply, answer.error).send(answer) : reply.send(answer);
}

/** @param tellsOpen an answer with an open command is 202, and says where to ask again */
export function sendReply(
  reply: FastifyReply,
  { text, code, retryAfterMs, isOpen, id }: CallReply,
  tellsOpen: boolean,
): FastifyReply {
  reply.header('cache-control', 'no-store').type('application/json; charset=utf-8');
  if (code !== undefined) return asError(reply, { code, retryAfterMs }).send(text);
  if (tellsOpen && isOpen === true) {
    reply.code(202);
    if (id !== undefined) reply.header('location', `/v1/commands/${encodeURIComponent(id)}`);
  }
  return reply.send(text);
}

function asError(
  reply: FastifyReply,
  {
    code,
    retryAfterMs = AGAIN_MS[code],
  }: { readonly code: ErrorCode; readonly retryAfterMs?: number | undefined },
): FastifyReply {
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  return reply.code(STATUS[code]);
}

/** `Retry-After` where the error itself says no time. */
const AGAIN_MS: Readonly<Partial<Record<ErrorCode, number>>> = {
  busy: 1000,
  unavailable: 1000,
  /** A restart takes about so long. */
  draining: 3000,
};

const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  unauthorised: 403,
  unknown_command: 404,
  id_conflict: 409,
  expired: 410,
  too_large: 413,
  internal: 500,
  busy: 429,
  unavailable: 503,
  draining: 503,
};

/** The status codes of these errors, each with its codes; without a token that is known the code is 401. */
export function codesOf(codes: readonly ErrorCode[]): Readonly<Record<string, ErrorCode[]>> {
  const statuses: Record<string, ErrorCode[]> = { 401: ['unauthorised'] };
  for (const code of codes) statuses[STATUS[code]] = [...(statuses[STATUS[code]] ?? []), code];
  return statuses;
}
