/** Metrics, open to everybody who may call this host: scrapers have no secrets. */
import { needs } from '../access/gate.ts';
import { openMetrics } from '../metrics/metrics.ts';
import type { Routes } from '../parts.ts';

export const metrics: Routes = (server, { status, refusals, events }) => {
  const registry = openMetrics(status, {
    refused: () => refusals.counts,
    streams: () => events.counts,
  });
  server.get('/metrics', needs('nothing'), async (_, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics());
  });
};
