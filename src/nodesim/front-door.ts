/**
 * The port of a node that can really refuse connections: closing it ends the listener and every
 * connection, opening it listens on the same port again.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export class FrontDoor {
  readonly #make: () => Server;
  readonly #host: string;
  readonly #port: number;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  constructor(make: () => Server, { host, port }: { host: string; port: number }) {
    this.#make = make;
    this.#host = host;
    this.#port = port;
  }

  /** Resolves when the port listens. Rejects with EADDRINUSE if another program has it. */
  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = this.#make();
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server = server;
    await listen(server, this.#host, this.#port);
  }

  /** Refuses from now on; `spared` may still carry the answer to the call that asked for it. */
  close(spared?: Socket): void {
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#sockets) if (socket !== spared) socket.resetAndDestroy();
  }
}

export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
