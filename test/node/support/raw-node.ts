/**
 * A node as bytes on a socket: each complete request goes to a script, which may answer in any way,
 * or not. Records the requests, and how its connections ended.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Certificate } from '../../support/certificate.ts';

export interface RawRequest {
  readonly head: string;
  readonly body: string;
  /** The first line. */
  readonly line: string;
}

export interface RawConnection {
  readonly socket: Socket;
  bytes: number;
  /** `end`: a FIN; `ECONNRESET`: a reset; undefined while it is open. */
  over: string | undefined;
}

export type Script = (socket: Socket, request: RawRequest, connection: number) => void;

export interface RawNode {
  readonly url: string;
  readonly requests: RawRequest[];
  readonly connections: RawConnection[];
}

export interface RawSetting {
  /** When a connection is made, before a byte is read. */
  readonly onConnection?: (socket: Socket, connection: number) => void;
  readonly tls?: Certificate;
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** Any free one by default. */
  readonly port?: number;
}

export async function startRawNode(script: Script, setting: RawSetting = {}): Promise<RawNode> {
  const requests: RawRequest[] = [];
  const connections: RawConnection[] = [];
  const { tls, host = '127.0.0.1' } = setting;
  const welcome = (socket: Socket) => {
    const connection: RawConnection = { socket, bytes: 0, over: undefined };
    const index = connections.push(connection) - 1;
    let text = '';
    socket.on('data', (chunk) => {
      connection.bytes += chunk.length;
      text += chunk.toString('latin1');
      for (;;) {
        const request = completeRequest(text);
        if (request === undefined) return;
        text = text.slice(request.head.length + request.body.length);
        requests.push(request);
        script(socket, request, index);
      }
    });
    socket.on('end', () => {
      connection.over ??= 'end';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      connection.over ??= error.code ?? error.message;
    });
    socket.on('close', () => {
      connection.over ??= 'closed';
    });
    setting.onConnection?.(socket, index);
  };
  const server = tls === undefined ? createServer(welcome) : createTlsServer(tls, welcome);
  await new Promise<void>((resolve) => server.listen(setting.port ?? 0, host, resolve));
  onTestFinished(async () => {
    for (const { socket } of connections) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const at = host.includes(':') ? `[${host}]` : host;
  const url = `${tls === undefined ? 'http' : 'https'}://${at}:${port}/v1`;
  return { url, requests, connections };
}

/** The bytes of one answer with its length. */
export function answer(status: string, body = '', headers: readonly string[] = []): string {
  const length = `content-length: ${Buffer.byteLength(body)}`;
  return [`HTTP/1.1 ${status}`, length, ...headers, '', body].join('\r\n');
}

/** The node itself has no record of the key 5. */
export const notFound = answer(
  '404 Not Found',
  `{"message": "No group record found with id '5'", "status": 404}`,
);

/** Answers every request with 201. */
export const created: Script = (socket) => socket.write(answer('201 Created', 'CREATED'));

function completeRequest(text: string): RawRequest | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = text.slice(0, end + 4);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  if (text.length < head.length + length) return undefined;
  const body = text.slice(head.length, head.length + length);
  return { head, body, line: head.slice(0, head.indexOf('\r\n')) };
}
