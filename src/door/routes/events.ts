/**
 * The events socket for those who have no ZeroMQ: server-sent events. `event` is the topic, `data` the JSON of that
 * socket, `id` a number that rises, also over restarts. It works when the events socket is off: here a token is asked.
 */
import type { FastifyReply } from 'fastify';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import { callerOf, needs } from '../access/gate.ts';
import { sendAnswer } from '../answer.ts';
import { readQuery } from '../api/query.ts';
import { Stream } from '../events/stream.ts';
import type { EventStreams } from '../events/streams.ts';
import type { Routes } from '../parts.ts';

const TOPICS_MAX = 16;
/** As on the events socket. */
const TOPIC_LENGTH_MAX = 255;

const STOPPING = errorReply('draining', 'the daemon is stopping');
const FULL = errorReply('busy', 'too many streams of events are open, or too many of this client', {
  retryAfterMs: 10_000,
});

export const events: Routes = (server, parts) => {
  // A stream has no head alone.
  const options = { ...needs('events'), exposeHeadRoute: false };
  server.get('/v1/events', options, async (request, reply) => {
    const topics = topicsOf(request.raw.url ?? '');
    if ('error' in topics) return sendAnswer(reply, topics);
    if (parts.events.hasEnded) return sendAnswer(reply, STOPPING);
    const free = parts.events.takePlace(callerOf(request).principal.name);
    if (free === undefined) return sendAnswer(reply, FULL);
    reply.raw.once('close', free);
    const lastId = request.headers['last-event-id'];
    await openStream(reply, parts.events, {
      topics,
      isAllowed: () => request.isAllowed(),
      lastId: lastId === undefined ? undefined : Number(lastId),
    });
    return reply;
  });
};

interface Opening {
  readonly topics: readonly string[];
  readonly isAllowed: () => boolean;
  readonly lastId: number | undefined;
}

async function openStream(
  reply: FastifyReply,
  streams: EventStreams,
  { lastId, ...wanted }: Opening,
): Promise<void> {
  reply.hijack();
  const { raw: response } = reply;
  const stream = new Stream({ response, ...wanted });
  response.once('close', () => streams.remove(stream));
  await streams.add(stream, lastId);
}

/** Without any: all of them. */
function topicsOf(target: string): readonly string[] | ErrorReply {
  const read = readQuery(target, { topic: 'names' });
  if (!read.ok) return read.reply;
  const { topic = '' } = read.members as { readonly topic?: string | readonly string[] };
  const topics = [topic].flat();
  if (topics.length > TOPICS_MAX) {
    return errorReply('invalid_request', `at most ${TOPICS_MAX} topics`, { field: 'topic' });
  }
  if (topics.some(({ length }) => length > TOPIC_LENGTH_MAX)) {
    const message = `a topic has at most ${TOPIC_LENGTH_MAX} characters`;
    return errorReply('invalid_request', message, { field: 'topic' });
  }
  return topics;
}
