/**
 * The operators' port. `/healthz`, `/readyz` and `/metrics` are open to everybody who may call this host; they answer
 * from main's own view, so they answer while the journal is slow, while nodes are down and while the daemon drains.
 * Everything else needs a token (`gate.ts`) and is asked of the coordinator.
 *
 * Its bounds (P9) are those of `http-server.ts`; it reads no bodies.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import fastify, { type FastifyReply } from 'fastify';
import type { HttpFault } from '../base/http-source.ts';
import type { ClientList } from '../clients/client-list.ts';
import type { Log } from '../observe/log/log-port.ts';
import { type Answer, isError } from '../protocol/answer.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { Request } from '../protocol/request.ts';
import type { DaemonStatus } from './daemon-status.ts';
import { hostRefusal, keepGate, needs } from './gate.ts';
import { health, readiness, type Verdict } from './health.ts';
import { createServer, type PemPair, secureOptions } from './http-server.ts';
import { openMetrics } from './metrics.ts';
import { Refusals } from './refusals.ts';

/** No route takes a body; 0 would mean the default. */
const BODY_BYTES_MAX = 1;

export interface OpsOptions {
  readonly host: string;
  readonly port: number;
  /** By which it may be called, besides IP addresses and `localhost`; in lower case. */
  readonly names: readonly string[];
  /** Undefined: plain HTTP. */
  readonly pair?: PemPair | undefined;
  readonly log: Log;
  readonly status: () => DaemonStatus;
  /** The list whose tokens count now. */
  readonly clients: () => ClientList;
  /** Asks the coordinator; the answer comes within a bounded time. */
  readonly ask: (request: Request) => Promise<Answer>;
}

export interface OpsServer {
  /** Takes another certificate for connections from now on. */
  renew(pair: PemPair): void;
}

/** @throws the error of `listen`, when the port is taken or no address of this machine */
export async function startOps(options: OpsOptions): Promise<OpsServer> {
  const { host, port, names, pair, log, status, clients, ask } = options;
  const refusals = new Refusals(log);
  const refuse = refuseHost(refusals);
  /** `localhost` has one for each of its addresses. */
  const servers: Server[] = [];
  const server = fastify({
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    serverFactory: (handler) => {
      const each = createServer(handler, { names, pair, refuse });
      servers.push(each);
      return each;
    },
  });
  keepGate(server, { clients, refusals });
  const metrics = openMetrics(status, () => refusals.counts);
  const open = needs('nothing');
  server.get('/healthz', open, (_, reply) => answerCheck(reply, health(status())));
  server.get('/readyz', open, (_, reply) => answerCheck(reply, readiness(status())));
  server.get('/metrics', open, async (_, reply) => {
    return reply.type(metrics.contentType).send(await metrics.metrics());
  });
  server.get('/v1/status', needs('summary'), async (_, reply) => {
    return answer(reply, await ask({ op: 'status' }));
  });
  await server.listen({ host, port });
  return {
    renew: (renewed) => {
      for (const each of servers) {
        (each as SecureServer).setSecureContext(secureOptions(renewed));
      }
    },
  };
}

function refuseHost(refusals: Refusals) {
  return (fault: HttpFault, request: IncomingMessage, response: ServerResponse): void => {
    const refusal = hostRefusal(fault);
    refusals.note(refusal, request);
    const body = JSON.stringify(refusal.reply);
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    };
    response.writeHead(refusal.status, headers).end(body);
  };
}

function answerCheck(reply: FastifyReply, { ok, reasons }: Verdict): FastifyReply {
  return reply
    .code(ok ? 200 : 503)
    .header('cache-control', 'no-store')
    .send({ ok, reasons });
}

function answer(reply: FastifyReply, given: Answer): FastifyReply {
  reply.header('cache-control', 'no-store');
  if (!isError(given)) return reply.send(given);
  const { code, retryAfterMs } = given.error;
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  return reply.code(STATUS[code]).send(given);
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
