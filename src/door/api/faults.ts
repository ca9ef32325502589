/** Answers to requests that no route has taken: the JSON of all errors, and the status codes of HTTP. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Seldom } from '../../base/seldom.ts';
import type { Log } from '../../observe/log/log-port.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import { hasBody } from '../http/has-body.ts';
import { BodyFault, typeFault } from './body.ts';

const FAILED = 'a request to the door failed';

interface Known {
  readonly method: string;
  readonly path: RegExp;
}

/** To be called before the routes are registered. */
export function answerFaults(server: FastifyInstance, log: Log): void {
  const lines = new Seldom();
  server.setErrorHandler((error: FastifyError, _, reply) => {
    const { status, reply: answer } = faultOf(error, { log, lines });
    return sendFault(reply, status, answer);
  });
  const routes: Known[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    const pattern = url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+');
    routes.push({ method: String(method), path: new RegExp(`^${pattern}$`) });
  });
  // Before its body is read.
  server.addHook('onRequest', async (request, reply) => {
    return request.is404 ? sendNotFound(routes, request, reply) : undefined;
  });
  // What is left of a body that is not read would be taken for the next request.
  server.addHook('onSend', async ({ raw }, reply) => {
    if (hasBody(raw) && !raw.complete) reply.header('connection', 'close');
  });
}

/** A path that is none, or a method that it does not take. */
function sendNotFound(
  routes: readonly Known[],
  { url, method }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const [path = ''] = url.split('?', 1);
  const allowed = routes.filter((route) => route.path.test(path)).map((route) => route.method);
  if (allowed.length === 0) {
    const hint = '/openapi.json lists the paths.';
    return sendFault(reply, 404, errorReply('invalid_request', `no path ${shown(path)}`, { hint }));
  }
  const names = allowed.join(', ');
  const message = `${shown(path)} takes ${names}, not ${method}`;
  reply.header('allow', names);
  return sendFault(reply, 405, errorReply('invalid_request', message, { hint: `Send ${names}.` }));
}

/** A path whose escapes are broken: it has no route, and no hook runs. */
export function answerBadUrl(error: FastifyError, _: FastifyRequest, reply: FastifyReply): void {
  sendFault(reply, 400, errorReply('invalid_request', error.message));
}

function sendFault(reply: FastifyReply, status: number, answer: ErrorReply): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').send(answer);
}

function faultOf(
  error: FastifyError,
  { log, lines }: { readonly log: Log; readonly lines: Seldom },
): { readonly status: number; readonly reply: ErrorReply } {
  if (error instanceof BodyFault) return error;
  const { code, statusCode: status = 500, message } = error;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return typeFault('must be application/json');
  if (status < 500) return { status, reply: errorReply('invalid_request', message) };
  // A client can cause it again and again.
  const count = lines.take();
  if (count > 0) log.error(FAILED, { error, count });
  else log.debug(FAILED, { error });
  return {
    status: 500,
    reply: errorReply('internal', 'the request failed; the log has the error'),
  };
}

function shown(path: string): string {
  return JSON.stringify(path.length > 100 ? `${path.slice(0, 100)}…` : path);
}
