/**
 * Bounds the connections of an HTTP server (P9) so that a new one is always taken: beyond `most`, the connection
 * that has waited longest without a complete request is closed. A plain limit refuses new connections, so a
 * few half requests, or half TLS handshakes, would keep every probe out.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { hasBody } from './has-body.ts';

export function shedOldest(server: Server, most: number): void {
  /** Connections without a whole request, its body included; oldest first, by the address of the peer. */
  const idle = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    idle.set(peer, socket);
    socket.once('close', () => idle.delete(peer));
    const [oldest] = idle;
    if (idle.size <= most || oldest === undefined) return;
    idle.delete(oldest[0]);
    oldest[1].destroy();
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const peer = peerOf(socket);
    if (!idle.has(peer)) return;
    const begin = (): void => {
      // A body that nobody reads ends after its answer.
      if (!response.closed) idle.delete(peer);
    };
    if (hasBody(request)) request.once('end', begin);
    else begin();
    response.once('close', () => {
      if (!socket.destroyed) idle.set(peer, socket);
    });
  });
}

/** With TLS a request has another socket than its connection; their peer is the same. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
