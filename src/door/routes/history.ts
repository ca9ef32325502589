/**
 * The last hour and the present state, as the live page shows them: `?after=NUMBER` leaves out the steps before that
 * number, unless so many are left that all are sent. Known to the door itself: however many pages are open, no other
 * thread is asked. Who accepts `text/event-stream` gets an event `figures` whenever there is a new state to ask for.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallSlots } from '../../base/call-slots.ts';
import { errorReply } from '../../protocol/errors.ts';
import { callerOf, needs } from '../access/gate.ts';
import { sendAnswer } from '../answer.ts';
import { readQuery } from '../api/query.ts';
import type { DaemonStatus } from '../daemon-status.ts';
import { Stream } from '../events/stream.ts';
import type { DoorParts, Routes } from '../parts.ts';

/** Whole hours that clients have not taken yet, and their bytes; half of each for one client (P9). */
const WHOLE = { callsMax: 64, bytesMax: 64 * 1024 * 1024 };
const FULL = errorReply('busy', 'too many clients ask for the whole hour', { retryAfterMs: 1000 });

const EVENT_STREAM = 'text/event-stream';
const MANY_LISTEN = errorReply(
  'busy',
  'too many streams of events are open, or too many of this client',
  { retryAfterMs: 10_000 },
);

export const history: Routes = (server, parts) => {
  const slots = new CallSlots(WHOLE);
  server.get('/v1/history', needs('summary'), async (request, reply) => {
    const isStream = request.method === 'GET' && request.headers.accept === EVENT_STREAM;
    if (isStream) return listen(request, reply, parts);
    const read = readQuery(request.raw.url ?? '', { after: 'number' });
    if (!read.ok) return sendAnswer(reply, read.reply);
    const { json, isWhole } = parts.history.text(Number(read.members['after'] ?? 0));
    if (isWhole) {
      const free = slots.take(callerOf(request).principal.name, json.length);
      if (free === undefined) return sendAnswer(reply, FULL);
      reply.raw.once('close', free);
    }
    return reply
      .header('cache-control', 'no-store')
      .type('application/json; charset=utf-8')
      .send(withNow(json, parts.status()));
  });
};

/** A place is one of those for events. */
function listen(
  request: FastifyRequest,
  reply: FastifyReply,
  { events, figureStreams }: DoorParts,
): FastifyReply {
  const free = events.takePlace(callerOf(request).principal.name);
  if (free === undefined) return sendAnswer(reply, MANY_LISTEN);
  reply.hijack();
  const { raw: response } = reply;
  const stream = new Stream({ response, topics: [], isAllowed: () => request.isAllowed() });
  response.once('close', () => {
    free();
    figureStreams.remove(stream);
  });
  figureStreams.add(stream);
  return reply;
}

/** @param json an object with members */
function withNow(json: Buffer, { figures }: DaemonStatus): Buffer {
  if (figures === undefined) return json;
  const now = { ageMs: figures.ageMs, status: figures.latest.summary };
  return Buffer.concat([Buffer.from(`{"now":${JSON.stringify(now)},`), json.subarray(1)]);
}
