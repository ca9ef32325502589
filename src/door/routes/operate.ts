/**
 * What operators ask and do over HTTP: the requests of the protocol, judged by the same schemas, with the same answers.
 * The members of a question stand in the query; an act is the request itself, as JSON.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { rejected } from '../../protocol/frame/rejected.ts';
import { parseValue } from '../../protocol/parse-request.ts';
import { callerOf, needs } from '../access/gate.ts';
import { sendAnswer } from '../answer.ts';
import type { DoorParts, Routes } from '../parts.ts';

const BODY_BYTES_MAX = 1024 * 1024;
const ACTS = [
  'retry',
  'cancel',
  'abandon',
  'restore',
  'pause',
  'resume',
  'breaker',
  'node',
  'audit',
];
/** Members of questions that are not texts, by their form in a query. */
const NUMBER = /^(limit|olderThanMs|youngerThanMs)$/;
const FLAG = /^(stuck|parked|story|record)$/;

export const operate: Routes = (server, { ask }) => {
  const answer = async (value: object, request: FastifyRequest, reply: FastifyReply) =>
    answerTo(value, { request, reply, ask });
  server.get('/v1/commands', needs('list'), (request, reply) =>
    answer({ op: 'list', ...membersOf(request) }, request, reply),
  );
  server.get('/v1/commands/:id', needs('status'), (request, reply) => {
    const { id } = request.params as { readonly id: string };
    return answer({ op: 'status', id, ...membersOf(request) }, request, reply);
  });
  server.get('/v1/acts', needs('acts'), (request, reply) =>
    answer({ op: 'acts', ...membersOf(request) }, request, reply),
  );
  server.get('/v1/stats', needs('stats'), (request, reply) =>
    answer({ op: 'stats' }, request, reply),
  );
  const act = { ...needs('retry'), bodyLimit: BODY_BYTES_MAX };
  server.post('/v1/acts', act, (request, reply) => answer(bodyOf(request), request, reply));
};

interface Exchange extends Pick<DoorParts, 'ask'> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function answerTo(value: object, { request, reply, ask }: Exchange): Promise<FastifyReply> {
  const parsed = parseValue(value);
  if (!parsed.ok) return sendAnswer(reply, parsed.reply);
  const isAct = request.method === 'POST';
  if (isAct && !ACTS.includes(parsed.request.op)) {
    const message = `${parsed.request.op} is no act`;
    const fault = { message, field: 'op', hint: `op is one of ${ACTS.join(', ')}.` };
    return sendAnswer(reply, rejected(fault).reply);
  }
  return sendAnswer(reply, await ask(parsed.request, callerOf(request)));
}

/** The members of the query; one that is repeated is a list. */
function membersOf({ query }: FastifyRequest): Readonly<Record<string, unknown>> {
  const given = Object.entries(query as Readonly<Record<string, string | readonly string[]>>);
  return Object.fromEntries(given.map(([name, value]) => [name, memberOf(name, value)]));
}

function memberOf(name: string, value: string | readonly string[]): unknown {
  if (typeof value !== 'string') return value;
  if (NUMBER.test(name) && /^\d{1,15}$/.test(value)) return Number(value);
  return FLAG.test(name) && /^(true|false)$/.test(value) ? value === 'true' : value;
}

function bodyOf({ body }: FastifyRequest): object {
  return typeof body === 'object' && body !== null ? body : {};
}
