/**
 * A local HTTP server in place of a service: it records its requests, and behaves as configured.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Monotonic. */
  readonly atMs: number;
}

export type Behaviour =
  | 'ok'
  /** Takes the request and never answers. */
  | 'hang'
  /** Answers the head, and never ends the body. */
  | 'hang-in-body'
  | 'reset'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

export interface HttpReceiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  behave(as: Behaviour): void;
}

/** @param later takes functions to run at the end of the test */
export async function startReceiver(
  behaviour: Behaviour = 'ok',
  later: (act: () => void) => void = onTestFinished,
): Promise<HttpReceiver> {
  const received: Received[] = [];
  let now = behaviour;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, url, headers, body, atMs: performance.now() });
      answer(response, now);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    behave: (as) => {
      now = as;
    },
  };
}

function answer(response: ServerResponse, as: Behaviour): void {
  if (as === 'hang') return;
  if (as === 'reset') return void response.socket?.resetAndDestroy();
  if (as === 'hang-in-body') return void response.writeHead(200).write('{');
  const { status, headers = {}, body = '{}' } = as === 'ok' ? { status: 200 } : as;
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}
