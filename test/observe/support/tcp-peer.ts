/** A server of octet-counted syslog over TCP or TLS, with the configured behaviour. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';

export interface TcpPeer {
  readonly port: number;
  /** All whole frames of all connections, in order of arrival. */
  frames(): readonly string[];
  readonly connections: () => number;
  close(): Promise<void>;
}

export interface PeerOptions {
  /** `never`: takes the connection and reads nothing. `reset`: ends it at once. */
  readonly reads?: 'all' | 'never' | 'reset';
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly port?: number;
}

export async function startPeer({ reads = 'all', tls, port = 0 }: PeerOptions): Promise<TcpPeer> {
  const sockets = new Set<Socket>();
  const buffers: Buffer[] = [];
  let connections = 0;
  const serve = (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    if (reads === 'reset') socket.resetAndDestroy();
    if (reads === 'never') socket.pause();
    if (reads === 'all') socket.on('data', (chunk: Buffer) => buffers.push(chunk));
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.on('tlsClientError', () => {});
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  onTestFinished(close);
  return {
    port: (server.address() as AddressInfo).port,
    frames: () => framesOf(Buffer.concat(buffers)),
    connections: () => connections,
    close,
  };
}

function framesOf(bytes: Buffer): readonly string[] {
  const frames: string[] = [];
  let at = 0;
  for (;;) {
    const space = bytes.indexOf(' ', at);
    if (space === -1) return frames;
    const length = Number(bytes.subarray(at, space).toString());
    const end = space + 1 + length;
    if (!Number.isInteger(length)) throw new Error(`no count at byte ${at}`);
    if (end > bytes.length) return frames;
    frames.push(bytes.subarray(space + 1, end).toString());
    at = end;
  }
}
