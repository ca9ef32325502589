/**
 * Who may do what at the operators' port. Every route declares its need; a route without one cannot be registered, so
 * that a forgotten need never opens a door. A request that does not meet the need is answered before its body is read.
 *
 * A token is needed on every address, also on loopback and without a list of clients: else each user of the machine
 * could command the daemon. Without a list it is the one that the daemon keeps in its data folder (`ops-token.ts`).
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type HttpFault, originFault, type RequestHead, valuesOf } from '../../base/http-source.ts';
import type { Caller } from '../../channel/door-messages.ts';
import type { ClientList } from '../../clients/client-list.ts';
import {
  type Authorisation,
  authorise,
  authoriseKnown,
  type Principal,
} from '../../clients/principal.ts';
import type { RoleOp } from '../../clients/role.ts';
import { errorReply } from '../../protocol/errors.ts';
import { bearerOf } from './bearer.ts';
import type { Refusal, Refusals } from './refusals.ts';
import { sessionIdOf } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';

const TOKEN_HINT =
  'Send `Authorization: Bearer TOKEN`, with the token of a client of the list; without a list with the one in the ' +
  'file ops-token of the data folder.';
/** Requests that change nothing: for them a session needs no proof of its page. */
const SAFE_METHODS: readonly (string | undefined)[] = ['GET', 'HEAD'];

/** The op that the caller must be allowed; `nothing`: everybody may call. */
export type Need = RoleOp | 'nothing';

declare module 'fastify' {
  interface FastifyContextConfig {
    needs?: Need;
  }
  interface FastifyRequest {
    /** Who asks; undefined on routes that everybody may call. */
    caller: Caller | undefined;
    /** Whether it would be let in now as well: the list of clients may have changed. */
    isAllowed(): boolean;
  }
}

/** @throws on a route that everybody may call: nobody is asked there who they are */
export function callerOf({ caller, url }: FastifyRequest): Caller {
  if (caller === undefined) throw new Error(`${url} is open to everybody`);
  return caller;
}

/** The configuration of a route. */
export function needs(need: Need) {
  return { config: { needs: need } };
}

export interface GateOptions {
  /** The list whose tokens count now. */
  readonly clients: () => ClientList;
  readonly refusals: Refusals;
  /** Of browsers at the live page. */
  readonly sessions: Sessions;
}

export function keepGate(server: FastifyInstance, options: GateOptions): void {
  server.addHook('onRoute', ({ config, method, url }) => {
    if (config?.needs !== undefined) return;
    throw new Error(`the route ${String(method)} ${url} does not declare its need`);
  });
  const admit = ({ raw }: FastifyRequest, need: RoleOp): Admission =>
    admissionOf(raw, need, options);
  server.decorateRequest('caller', undefined);
  server.decorateRequest('isAllowed', function isAllowed(this: FastifyRequest): boolean {
    const { needs: need } = this.routeOptions.config;
    if (need === undefined || need === 'nothing') return true;
    return 'principal' in admit(this, need);
  });
  server.addHook('onRequest', async (request, reply) => {
    const { routeOptions, raw } = request;
    const need = routeOptions.config.needs;
    // Undefined: there is no such route, and the answer is 404.
    if (need === undefined || need === 'nothing') return undefined;
    const admission = admit(request, need);
    if ('principal' in admission) {
      const { principal } = admission;
      request.caller = { principal, client: turnOf(principal) };
      return undefined;
    }
    const { refusal } = admission;
    options.refusals.note(refusal, raw);
    return reply
      .code(refusal.status)
      .headers({ 'cache-control': 'no-store', ...refusal.headers })
      .send(refusal.reply);
  });
}

/**
 * However many connections a client has, it has one turn. No peer of ZeroMQ has the same: it may name itself, but by bytes,
 * and none of them is this arrow.
 */
function turnOf({ name }: Principal): string {
  return `http → ${name}`;
}

export function hostRefusal({ status, message }: HttpFault): Refusal {
  const hint =
    status === 421
      ? 'Call it by its IP address, or add the name to LOCKSTEP_OPS_NAMES.'
      : 'Send one header Host, with the host and port of the URL.';
  return { kind: 'host', status, reply: errorReply('invalid_request', message, { hint }) };
}

export function headOf({ url: target = '', rawHeaders }: IncomingMessage): RequestHead {
  return { target, rawHeaders };
}

type Admission = { readonly principal: Principal } | { readonly refusal: Refusal };

function admissionOf(raw: IncomingMessage, op: RoleOp, options: GateOptions): Admission {
  const head = headOf(raw);
  const foreign = originFault(head);
  if (foreign !== undefined) return { refusal: originRefusal(foreign) };
  const presented = bearerOf(head);
  if (presented.kind === 'wrong') {
    const { status, message } = presented;
    const headers = challenge(status === 400 ? 'invalid_request' : undefined);
    return { refusal: { kind: 'token', status, headers, reply: tokenReply(message) } };
  }
  const session = sessionIdOf(head, raw.socket.localPort ?? 0);
  if (presented.kind === 'none' && session !== undefined) {
    return admitSession(raw, session, { op, options });
  }
  const token = presented.kind === 'none' ? undefined : presented.token;
  const judged = authorise({ list: options.clients(), mode: 'required' }, token, op);
  if (judged.ok || judged.principal !== undefined) return byRole(judged);
  const headers = challenge(token === undefined ? undefined : 'invalid_token');
  const unknown = tokenReply(judged.reply.error.message);
  return { refusal: { kind: 'token', status: 401, headers, reply: unknown } };
}

function admitSession(
  raw: IncomingMessage,
  id: string,
  { op, options: { clients, sessions } }: { readonly op: RoleOp; readonly options: GateOptions },
): Admission {
  // A cookie goes with every request to this server: an act must show that a page of this server causes it.
  if (!SAFE_METHODS.includes(raw.method) && valuesOf(headOf(raw), 'origin').length === 0) {
    const message = 'a request of a page that changes something must have an Origin';
    return { refusal: originRefusal({ status: 403, message }) };
  }
  const client = sessions.clientOf(id, clients());
  if (client !== undefined) {
    const { name, role } = client;
    return byRole(authoriseKnown({ name, role, proven: true }, op));
  }
  const reply = tokenReply('the session has ended');
  return { refusal: { kind: 'token', status: 401, headers: challenge('invalid_token'), reply } };
}

/** Of a client that is known. */
function byRole(judged: Authorisation): Admission {
  if (judged.ok) return judged;
  const headers = challenge('insufficient_scope');
  return { refusal: { kind: 'role', status: 403, headers, reply: judged.reply } };
}

function originRefusal({ status, message }: HttpFault): Refusal {
  const hint = 'Web pages of other servers may not call the daemon.';
  return { kind: 'origin', status, reply: errorReply('unauthorised', message, { hint }) };
}

/** There is no token that counts. */
function tokenReply(message: string): Refusal['reply'] {
  return errorReply('unauthorised', message, { hint: TOKEN_HINT });
}

/** RFC 6750: without an error when the request presents nothing. */
function challenge(error?: string) {
  const more = error === undefined ? '' : `, error="${error}"`;
  return { 'www-authenticate': `Bearer realm="lockstep"${more}` };
}
