/**
 * Nodes of the bench, in a process of their own (http-server.ts: as cheap as possible). They answer
 * like `reliable-ops` nodes from one Map each, and store nothing on disk. They have no faults:
 * nodesim has. One process may hold several nodes, each on its own port.
 *
 *   node.ts COUNT
 */
import type { AddressInfo } from 'node:net';
import { type HttpRequest, headerOf, type Respond, serveHttp } from './http-server.ts';

/**
 * Requests of the parent: to empty the nodes (answered with the number of keys), and to answer
 * late.
 */
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
  const server = serveHttp((request, respond) => {
    if (request.method === 'GET') read(keys, request, respond);
    else if (delayMs === 0) change(keys, request, respond);
    else setTimeout(() => change(keys, request, respond), late()).unref();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** Up to a tenth more or less, so that slow nodes do not answer at the same time. */
function late(): number {
  return delayMs * (0.9 + 0.2 * Math.random());
}

function read(keys: Keys, { path }: HttpRequest, respond: Respond): void {
  const groupId = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
  if (keys.has(groupId)) respond(200, JSON.stringify({ groupId }));
  else respond(404, notFound(groupId));
}

/** With the proof of the dialect. */
function notFound(groupId: string): string {
  return JSON.stringify({ message: `No group record found with id '${groupId}'`, status: 404 });
}

function change(keys: Keys, request: HttpRequest, respond: Respond): void {
  const { groupId } = JSON.parse(request.body) as { groupId: string };
  const token = headerOf(request, 'timestamp');
  if (request.method === 'POST') {
    if (keys.has(groupId)) return respond(400, 'Perhaps the object exists.');
    keys.set(groupId, token);
    return respond(201, 'CREATED\n');
  }
  const guarded = token !== undefined && keys.get(groupId) !== token;
  if (guarded || !keys.delete(groupId)) return respond(404, notFound(groupId));
  return respond(200, 'OK\n');
}
