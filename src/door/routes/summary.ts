/** The state of the whole daemon, as `status` without an id. */
import { callerOf, needs } from '../access/gate.ts';
import { sendAnswer } from '../answer.ts';
import type { Routes } from '../parts.ts';

export const summary: Routes = (server, { ask }) => {
  server.get('/v1/status', needs('summary'), async (request, reply) => {
    return sendAnswer(reply, await ask({ op: 'status' }, callerOf(request)));
  });
};
