/**
 * The operators' port: `/healthz`, `/readyz`, `/metrics`. It answers from main's own view, so it
 * answers while the journal is slow, while nodes are down and while the daemon drains.
 *
 * Bounded (P9): it reads no bodies, keeps few connections and none for long. A request that does not arrive
 * whole within a second is dropped, and the oldest of them earlier if there are many.
 */
import fastify, { type FastifyReply } from 'fastify';
import type { DaemonStatus } from './daemon-status.ts';
import { health, readiness, type Verdict } from './health.ts';
import { openMetrics } from './metrics.ts';
import { shedOldest } from './shed-oldest.ts';

const CONNECTIONS_MAX = 128;
/** For a request to arrive; Node looks every `CHECK_MS`, so one that does not is gone within a second. */
const REQUEST_MS = 700;
const CHECK_MS = 200;
/** Without a byte either way, as to a client that does not read. */
const SILENT_MS = 5000;
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
    connectionTimeout: SILENT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    http: { headersTimeout: REQUEST_MS, connectionsCheckingInterval: CHECK_MS },
  });
  const metrics = openMetrics(status);
  shedOldest(server.server, CONNECTIONS_MAX);
  // Those whose answer is under way count too.
  server.server.maxConnections = 2 * CONNECTIONS_MAX;
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
