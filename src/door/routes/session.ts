/**
 * Log in and out at the live page: `POST /session` changes a token for a cookie, `GET` shows the client, `DELETE` ends
 * the session. The token comes in the body: it is in no URL, no log, and no history of a browser.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { originFault } from '../../base/http-source.ts';
import { errorReply } from '../../protocol/errors.ts';
import { callerOf, headOf, needs } from '../access/gate.ts';
import type { Refusal } from '../access/refusals.ts';
import { endOfCookie, sessionCookie, sessionIdOf } from '../access/session-cookie.ts';
import type { DoorParts, Routes } from '../parts.ts';

const BODY_BYTES_MAX = 1024;
const TOKEN_LENGTH_MAX = 128;
const HINT =
  'Use a token of the list of clients; without a list the link that `lockstep page` prints.';

export const session: Routes = (server, parts) => {
  const { sessions, isSecure } = parts;
  const open = { ...needs('nothing'), bodyLimit: BODY_BYTES_MAX };
  server.post('/session', open, async (request, reply) => openSession(request, reply, parts));
  server.get('/session', needs('ping'), async (request, reply) => {
    const { name, role } = callerOf(request).principal;
    return reply.header('cache-control', 'no-store').send({ name, role });
  });
  server.delete('/session', needs('ping'), async ({ raw }, reply) => {
    const port = raw.socket.localPort ?? 0;
    const id = sessionIdOf(headOf(raw), port);
    if (id !== undefined) sessions.close(id);
    const cookie = endOfCookie({ port, isSecure });
    return reply.code(204).header('set-cookie', cookie).send();
  });
};

function openSession(
  request: FastifyRequest,
  reply: FastifyReply,
  { sessions, refusals, clients, isSecure }: DoorParts,
): FastifyReply {
  const { raw } = request;
  const refuse = (kind: Refusal['kind'], status: Refusal['status'], message: string) => {
    const refusal = { kind, status, reply: errorReply('unauthorised', message, { hint: HINT }) };
    refusals.note(refusal, raw);
    return reply.code(status).send(refusal.reply);
  };
  reply.header('cache-control', 'no-store');
  const foreign = originFault(headOf(raw));
  if (foreign !== undefined) return refuse('origin', foreign.status, foreign.message);
  const token = tokenIn(request.body);
  const client = token === undefined ? undefined : clients().byToken(token);
  if (client === undefined) return refuse('token', 401, 'the token is not known');
  const { id, expiresAt } = sessions.open(client);
  const maxAgeS = Math.floor((expiresAt - Date.now()) / 1000);
  const port = raw.socket.localPort ?? 0;
  return reply
    .header('set-cookie', sessionCookie({ id, maxAgeS }, { port, isSecure }))
    .send({ name: client.name, role: client.role });
}

function tokenIn(body: unknown): string | undefined {
  const value = typeof body === 'string' ? parse(body) : body;
  if (typeof value !== 'object' || value === null) return undefined;
  const { token } = value as { readonly token?: unknown };
  return typeof token === 'string' && token.length <= TOKEN_LENGTH_MAX ? token : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
