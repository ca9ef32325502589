/**
 * Who may do what at the operators' port. Every route declares its need; a route without one cannot be registered, so
 * that a forgotten need never opens a door. A request that does not meet the need is answered before its body is read.
 *
 * A token is needed on every address, also on loopback and without a list of clients: else each user of the machine
 * could command the daemon. Without a list it is the one that the daemon keeps in its data folder (`ops-token.ts`).
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type HttpFault, originFault, type RequestHead } from '../../base/http-source.ts';
import type { Caller } from '../../channel/door-messages.ts';
import type { ClientList } from '../../clients/client-list.ts';
import { authorise, type Principal } from '../../clients/principal.ts';
import type { RoleOp } from '../../clients/role.ts';
import { errorReply } from '../../protocol/errors.ts';
import { bearerOf } from './bearer.ts';
import type { Refusal, Refusals } from './refusals.ts';

const TOKEN_HINT =
  'Send `Authorization: Bearer TOKEN`, with the token of a client of the list; without a list with the one in the ' +
  'file ops-token of the data folder.';

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
}

export function keepGate(server: FastifyInstance, { clients, refusals }: GateOptions): void {
  server.addHook('onRoute', ({ config, method, url }) => {
    if (config?.needs !== undefined) return;
    throw new Error(`the route ${String(method)} ${url} does not declare its need`);
  });
  const admit = ({ raw }: FastifyRequest, need: RoleOp): Admission => {
    const { url: target = '', rawHeaders } = raw;
    return admissionOf({ target, rawHeaders }, need, clients());
  };
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
    refusals.note(refusal, raw);
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

type Admission = { readonly principal: Principal } | { readonly refusal: Refusal };

function admissionOf(head: RequestHead, op: RoleOp, clients: ClientList): Admission {
  const foreign = originFault(head);
  if (foreign !== undefined) {
    const hint = 'Web pages of other servers may not call the daemon.';
    const reply = errorReply('unauthorised', foreign.message, { hint });
    return { refusal: { kind: 'origin', status: foreign.status, reply } };
  }
  const presented = bearerOf(head);
  if (presented.kind === 'wrong') {
    const { status, message } = presented;
    const headers = challenge(status === 400 ? 'invalid_request' : undefined);
    return { refusal: { kind: 'token', status, headers, reply: tokenReply(message) } };
  }
  const token = presented.kind === 'none' ? undefined : presented.token;
  const judged = authorise({ list: clients, mode: 'required' }, token, op);
  if (judged.ok) return judged;
  const { reply } = judged;
  if (judged.principal !== undefined) {
    const headers = challenge('insufficient_scope');
    return { refusal: { kind: 'role', status: 403, headers, reply } };
  }
  const headers = challenge(token === undefined ? undefined : 'invalid_token');
  const unknown = tokenReply(reply.error.message);
  return { refusal: { kind: 'token', status: 401, headers, reply: unknown } };
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
