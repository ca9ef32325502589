/**
 * The live page itself. Everybody may load it: it holds no data. Its policy lets it load nothing from elsewhere, call
 * only this server, and run no script and no style of a text that it shows.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { needs } from '../access/gate.ts';
import type { PageFile } from '../page-files.ts';
import type { Routes } from '../parts.ts';

/** The document is the same for all of them; the script shows the view of the path. */
const VIEWS = ['/', '/nodes', '/commands', '/command', '/acts', '/audit'];

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  vary: 'accept-encoding',
};
/** Such names change with the content. */
const HASHED = /-[A-Z0-9]{8}\.\w+$/;
const FOREVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

export const page: Routes = (server, { page: files }) => {
  const open = needs('nothing');
  for (const [name, file] of files) {
    if (name === 'index.html') continue;
    server.get(`/assets/${name}`, open, (request, reply) => {
      return sendFile(
        request,
        reply.header('cache-control', HASHED.test(name) ? FOREVER : ASK_AGAIN),
        file,
      );
    });
  }
  const document = files.get('index.html');
  if (document === undefined) return;
  for (const view of VIEWS) {
    server.get(view, open, (request, reply) => {
      return sendFile(request, reply.header('cache-control', ASK_AGAIN), document);
    });
  }
};

function sendFile(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { type, plain, gzip, brotli }: PageFile,
): FastifyReply {
  reply.headers(HEADERS).type(type);
  const accepted = String(headers['accept-encoding'] ?? '');
  if (/\bbr\b/.test(accepted)) return reply.header('content-encoding', 'br').send(brotli);
  if (/\bgzip\b/.test(accepted)) return reply.header('content-encoding', 'gzip').send(gzip);
  return reply.send(plain);
}
