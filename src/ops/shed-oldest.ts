/**
 * Bounds the connections of an HTTP server (P9) so that a new one is always taken: beyond `most`, the connection
 * that has waited longest without a complete request is closed. A plain limit refuses new connections, so a
 * few half requests would keep every probe out.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export function shedOldest(server: Server, most: number): void {
  /** Connections without a request under way, oldest first. */
  const idle = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    idle.add(socket);
    socket.once('close', () => idle.delete(socket));
    const [oldest] = idle;
    if (idle.size <= most || oldest === undefined) return;
    idle.delete(oldest);
    oldest.destroy();
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    idle.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) idle.add(socket);
    });
  });
}
