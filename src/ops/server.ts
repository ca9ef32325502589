/**
 * The operators' port: `/healthz`, `/readyz`, `/metrics`. It answers from main's own view, so it
 * answers while the journal is slow, while nodes are down and while the daemon drains.
 *
 * Bounded (P9): it reads no bodies, keeps few connections and none for long.
 */
import fastify, { type FastifyReply } from 'fastify';
import type { DaemonStatus } from './daemon-status.ts';
import { health, readiness, type Verdict } from './health.ts';
import { openMetrics } from './metrics.ts';

const CONNECTIONS_MAX = 128;
/** For a request to arrive. */
const REQUEST_MS = 5000;
const KEEP_ALIVE_MS = 10_000;
/** No route takes a body; 0 would mean the default. */
const BODY_BYTES_MAX = 1;

export interface OpsOptions {
  readonly host: string;
  readonly port: number;
  readonly status: () => DaemonStatus;
}

/** @throws the error of `listen`, when the port is taken or no address of this machine */
export async function startOps({ host, port, status }: OpsOptions): Promise<void> {
  const server = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS,
    connectionTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
  });
  const metrics = openMetrics(status);
  server.server.maxConnections = CONNECTIONS_MAX;
  server.get('/healthz', (_, reply) => answer(reply, health(status())));
  server.get('/readyz', (_, reply) => answer(reply, readiness(status())));
  server.get('/metrics', async (_, reply) => {
    return reply.type(metrics.contentType).send(await metrics.metrics());
  });
  await server.listen({ host, port });
}

function answer(reply: FastifyReply, { ok, reasons }: Verdict): FastifyReply {
  return reply
    .code(ok ? 200 : 503)
    .header('cache-control', 'no-store')
    .send({ ok, reasons });
}
