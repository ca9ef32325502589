/** Metrics, open to everybody who may call this host: scrapers have no secrets. */
import { needs } from '../access/gate.ts';
import type { Routes } from '../parts.ts';

export const metrics: Routes = (server, { registry }) => {
  server.get('/metrics', needs('nothing'), async (_, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics());
  });
};
