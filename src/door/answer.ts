/** An answer of the protocol as one of HTTP: the same JSON, with the status code of its error. */
import type { FastifyReply } from 'fastify';
import { type Answer, isError } from '../protocol/answer.ts';
import type { ErrorCode } from '../protocol/errors.ts';

export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.header('cache-control', 'no-store');
  if (!isError(answer)) return reply.send(answer);
  const { code, retryAfterMs } = answer.error;
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  return reply.code(STATUS[code]).send(answer);
}

const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  unauthorised: 403,
  unknown_command: 404,
  id_conflict: 409,
  expired: 410,
  too_large: 413,
  internal: 500,
  busy: 503,
  unavailable: 503,
  draining: 503,
};
