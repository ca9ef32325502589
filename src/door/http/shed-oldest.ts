/**
 * Bounds the connections of an HTTP server (P9) so that a new one is always taken: beyond `most`, the connection
 * that has waited longest without a complete request is closed. A plain limit refuses new connections, so a
 * few half requests, or half TLS handshakes, would keep every probe out.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export function shedOldest(server: Server, most: number): void {
  /** Connections without a request under way, oldest first, by the address of the peer. */
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
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const peer = peerOf(socket);
    if (!idle.delete(peer)) return;
    response.once('close', () => {
      if (!socket.destroyed) idle.set(peer, socket);
    });
  });
}

/** With TLS a request has another socket than its connection; their peer is the same. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
