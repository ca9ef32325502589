/** Health and readiness: open to everybody who may call this host, for supervisors and load balancers. */
import type { FastifyReply } from 'fastify';
import { needs } from '../access/gate.ts';
import { health, readiness, type Verdict } from '../health.ts';
import type { Routes } from '../parts.ts';

export const checks: Routes = (server, { status }) => {
  const open = needs('nothing');
  server.get('/healthz', open, (_, reply) => answerCheck(reply, health(status())));
  server.get('/readyz', open, (_, reply) => answerCheck(reply, readiness(status())));
};

function answerCheck(reply: FastifyReply, { ok, reasons }: Verdict): FastifyReply {
  return reply
    .code(ok ? 200 : 503)
    .header('cache-control', 'no-store')
    .send({ ok, reasons });
}
