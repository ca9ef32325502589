/** The API: for each operation of the table a route that calls the coordinator. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallSlots } from '../../base/call-slots.ts';
import { errorReply } from '../../protocol/errors.ts';
import { type Rejected, rejected } from '../../protocol/frame/rejected.ts';
import { callerOf, needs } from '../access/gate.ts';
import { sendAnswer, sendReply } from '../answer.ts';
import { bodyOf, tooLarge } from '../api/body.ts';
import { readKey, refuseKey } from '../api/idempotency-key.ts';
import { OPERATIONS, type Operation, WAIT_MS_MAX } from '../api/operations.ts';
import { readQuery } from '../api/query.ts';
import type { Asked } from '../coordinator-line.ts';
import type { DoorParts, Routes } from '../parts.ts';

/** Of all bodies under way, in requests of the largest size; half of it for each client. */
const LARGEST_BODIES = 32;
const FULL = errorReply('busy', 'too many requests wait for their answers', { retryAfterMs: 1000 });

export const api: Routes = (server, parts) => {
  const { callsMax, frameBytesMax } = parts;
  const slots = new CallSlots({ callsMax, bytesMax: LARGEST_BODIES * frameBytesMax });
  for (const operation of OPERATIONS) {
    const { method, path, needs: need } = operation;
    server.route({
      ...needs(need),
      method,
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      bodyLimit: frameBytesMax,
      onRequest: async (request, reply) => takeSlot(slots, { request, reply, frameBytesMax }),
      handler: async (request, reply) => answerCall(operation, { request, reply, parts }),
    });
  }
};

/** Of requests that the coordinator has got: resolves when it is done with them. */
const ENDINGS = new WeakMap<FastifyRequest, Promise<void>>();

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Before the body is read, which is how many bytes it may need; until the coordinator is done with the call. */
function takeSlot(
  slots: CallSlots,
  { request, reply, frameBytesMax }: Exchange & { readonly frameBytesMax: number },
): FastifyReply | undefined {
  const { headers, method } = request;
  const isChunked = headers['transfer-encoding'] !== undefined;
  const bytes = isChunked ? frameBytesMax : Number(headers['content-length'] ?? 0);
  if (bytes > frameBytesMax) throw tooLarge(frameBytesMax);
  const free = slots.take(callerOf(request).principal.name, method === 'GET' ? 0 : bytes);
  if (free === undefined) return sendAnswer(reply, FULL);
  // Its client may leave while the coordinator still works for it.
  reply.raw.once('close', () => void (ENDINGS.get(request) ?? Promise.resolve()).then(free));
  return undefined;
}

async function answerCall(
  operation: Operation,
  { request, reply, parts }: Exchange & { readonly parts: DoorParts },
): Promise<FastifyReply> {
  const asked = askedOf(operation, request);
  if (!asked.ok) return sendAnswer(reply, asked.reply);
  const { socket } = request.raw;
  const pending = parts.call(asked.asked, callerOf(request));
  ENDINGS.set(request, pending.ended);
  reply.raw.once('close', pending.leave);
  // While it waits the connection is silent; the wait itself is bounded.
  const silentMs = socket.timeout ?? 0;
  socket.setTimeout(0);
  const given = await pending.reply;
  if (given === undefined) return reply.hijack();
  socket.setTimeout(silentMs);
  const { cut } = operation;
  if (cut === undefined || given.code !== undefined) {
    return sendReply(reply, given, operation.waitMs !== undefined);
  }
  return sendAnswer(reply, cut(JSON.parse(given.text)));
}

type ReadAsked = { readonly ok: true; readonly asked: Asked } | Rejected;

function askedOf(operation: Operation, request: FastifyRequest): ReadAsked {
  const { method, ops, query, waitMs, isSlow, takesKey } = operation;
  const { url: target = '', rawHeaders } = request.raw;
  const head = { target, rawHeaders };
  const read = readQuery(target, waitMs === undefined ? query : { ...query, wait: 'number' });
  if (!read.ok) return read;
  const { wait = waitMs, ...members } = read.members;
  if (Number(wait) > WAIT_MS_MAX) return WAIT_FAULT;
  const key = takesKey ? readKey(head) : (refuseKey(head) ?? NO_KEY);
  if (!key.ok) return key;
  const { id } = request.params as { readonly id?: string };
  const text = method === 'POST' ? bodyOf(request) : JSON.stringify({ op: ops[0], id, ...members });
  const asked = {
    text,
    ops,
    isSlow: isSlow === true,
    waitMs: Number(wait ?? 0),
    ...(key.key === undefined ? {} : { key: key.key }),
  };
  return { ok: true, asked };
}

const NO_KEY = { ok: true, key: undefined } as const;
const WAIT_FAULT = rejected({
  message: `wait must be at most ${WAIT_MS_MAX}`,
  field: 'wait',
  hint: 'wait is the number of milliseconds for which the answer may wait for the end of the command.',
});
