/**
 * One node of the bench, a process of its own: the cheapest honest HTTP server there is. It answers
 * as `reliable-ops` nodes do, out of a Map, and keeps nothing. No faults: see nodesim for those.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the parent asks: how many keys there are, and to start afresh. */
export type ToNode = 'count' | 'clear';
export type FromNode = { readonly port: number } | { readonly count: number };

const tokens = new Map<string, string | undefined>();

const server = createServer((request, response) => {
  if (request.method === 'GET') return read(request, response);
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => change(request, response, body));
});
// No connection is closed while its client may be about to use it.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port } satisfies FromNode);
});
process.on('message', (message: ToNode) => {
  const count = tokens.size;
  if (message === 'clear') tokens.clear();
  process.send?.({ count } satisfies FromNode);
});
process.on('disconnect', () => process.exit());

function read({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const groupId = decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));
  if (tokens.has(groupId)) answer(response, 200, JSON.stringify({ groupId }));
  else answer(response, 404, 'No group record found');
}

function change({ method, headers }: IncomingMessage, response: ServerResponse, body: string) {
  const { groupId } = JSON.parse(body) as { groupId: string };
  const token = headers['timestamp'] as string | undefined;
  if (method === 'POST') {
    if (tokens.has(groupId)) return answer(response, 400, 'Perhaps the object exists.');
    tokens.set(groupId, token);
    return answer(response, 201, 'CREATED\n');
  }
  const guarded = token !== undefined && tokens.get(groupId) !== token;
  if (guarded || !tokens.delete(groupId)) return answer(response, 404, 'No group record found');
  return answer(response, 200, 'OK\n');
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(text) }).end(text);
}
