import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface KeepingNode {
  readonly url: string;
  /** Bodies of creates, by key. */
  readonly bodies: Map<string, string>;
  /** While true, every create is answered 500. */
  fails: boolean;
  /** While true, a failure repeats the body of the create. */
  repeats: boolean;
  /** While true, every create is answered 422. */
  refuses: boolean;
}

/** A node of the dialect `challenge` that keeps the body of a create, and shows it; `/all` lists its keys. */
export async function startKeepingNode(): Promise<KeepingNode> {
  const bodies = new Map<string, string>();
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const end = (status: number, body: string) => response.writeHead(status).end(body);
    const body = await text(request);
    if (request.method === 'GET') {
      if (request.url === '/all') return end(200, JSON.stringify([...bodies.keys()]));
      const shown = bodies.get(decodeURIComponent(request.url?.split('/')[2] ?? ''));
      return shown === undefined ? end(404, 'no such group') : end(200, shown);
    }
    const { groupId } = JSON.parse(body) as { groupId: string };
    if (request.method === 'DELETE') {
      return bodies.delete(groupId) ? end(200, 'DELETED') : end(404, 'no such group');
    }
    if (node.fails) return end(500, node.repeats ? body : 'failed');
    if (node.refuses) return end(422, 'not allowed');
    if (bodies.has(groupId)) return end(400, 'exists');
    bodies.set(groupId, body);
    return end(201, 'CREATED');
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const node: KeepingNode = { url, bodies, fails: false, repeats: false, refuses: false };
  return node;
}
