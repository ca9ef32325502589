/**
 * The last hour and the present state, as the live page shows them: `?after=NUMBER` leaves out the steps before that
 * number. Known to the door itself: however many pages are open, no other thread is asked.
 */
import { needs } from '../access/gate.ts';
import type { Routes } from '../parts.ts';

export const history: Routes = (server, parts) => {
  server.get('/v1/history', needs('summary'), async ({ query }, reply) => {
    const { after } = query as { readonly after?: unknown };
    const known = typeof after === 'string' && /^\d{1,15}$/.test(after) ? Number(after) : 0;
    const { figures } = parts.status();
    const latest =
      figures === undefined
        ? {}
        : { now: { ageMs: figures.ageMs, status: figures.latest.summary } };
    const hour = parts.history.since(known);
    return reply.header('cache-control', 'no-store').send({ ...hour, ...latest });
  });
};
