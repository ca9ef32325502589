/**
 * Nodes of the bench, in a process of their own: the cheapest honest HTTP servers there are. They
 * answer as `reliable-ops` nodes do, out of a Map each, and keep nothing. No faults: see nodesim for
 * those. One process may hold several nodes, each on a port of its own.
 *
 *   node.ts COUNT
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the parent asks: to start afresh (told how many keys there were), and to answer late. */
export type ToNode = { readonly kind: 'clear' } | { readonly kind: 'delay'; readonly ms: number };
export type FromNode = { readonly ports: readonly number[] } | { readonly counts: number[] };

type Keys = Map<string, string | undefined>;

let delayMs = 0;
const all: Keys[] = [];
const ports: number[] = [];
const count = Number(process.argv[2] ?? 1);
for (let started = 0; started < count; started++) ports.push(await startNode());
process.send?.({ ports } satisfies FromNode);

process.on('message', (message: ToNode) => {
  if (message.kind === 'delay') delayMs = message.ms;
  const counts = all.map((keys) => keys.size);
  if (message.kind === 'clear') for (const keys of all) keys.clear();
  process.send?.({ counts } satisfies FromNode);
});
process.on('disconnect', () => process.exit());

function startNode(): Promise<number> {
  const keys: Keys = new Map();
  all.push(keys);
  const server = createServer((request, response) => {
    if (request.method === 'GET') return read(keys, request, response);
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      if (delayMs === 0) change(keys, { request, body }, response);
      else setTimeout(() => change(keys, { request, body }, response), delayMs).unref();
    });
  });
  // No connection is closed while its client may be about to use it.
  server.keepAliveTimeout = 0;
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function read(keys: Keys, { url = '' }: IncomingMessage, response: ServerResponse): void {
  const groupId = decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));
  if (keys.has(groupId)) answer(response, 200, JSON.stringify({ groupId }));
  else answer(response, 404, 'No group record found');
}

function change(
  keys: Keys,
  { request, body }: { request: IncomingMessage; body: string },
  response: ServerResponse,
): void {
  const { groupId } = JSON.parse(body) as { groupId: string };
  const token = request.headers['timestamp'] as string | undefined;
  if (request.method === 'POST') {
    if (keys.has(groupId)) return answer(response, 400, 'Perhaps the object exists.');
    keys.set(groupId, token);
    return answer(response, 201, 'CREATED\n');
  }
  const guarded = token !== undefined && keys.get(groupId) !== token;
  if (guarded || !keys.delete(groupId)) return answer(response, 404, 'No group record found');
  return answer(response, 200, 'OK\n');
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(text) }).end(text);
}
