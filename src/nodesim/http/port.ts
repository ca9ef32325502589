/**
 * The port of a node, which can really refuse connections. Closing it ends the listener and every
 * connection; opening it listens on the same port again.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { listen } from '../cluster/ports.ts';

interface Opened {
  readonly server: Server;
  readonly listening: Promise<void>;
}

export class NodePort {
  readonly #make: () => Server;
  readonly #host: string;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #opened: Opened | undefined;

  constructor(make: () => Server, { host, port }: { host: string; port: number }) {
    this.#make = make;
    this.#host = host;
    this.#port = port;
  }

  /** Resolves when the port listens. Rejects with EADDRINUSE if another program has it. */
  async open(): Promise<void> {
    this.#opened ??= this.#openAgain();
    await this.#opened.listening;
  }

  /**
   * Refuses connections from now on. The connection `spared` stays open for the answer to the call
   * that asked for this.
   */
  close(spared?: Socket): void {
    this.#opened?.server.close();
    this.#opened = undefined;
    for (const socket of this.#sockets) if (socket !== spared) socket.resetAndDestroy();
  }

  /** A closed server may fail to listen again, so each opening creates a new one. */
  #openAgain(): Opened {
    const server = this.#make();
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    return { server, listening: listen(server, this.#host, this.#port) };
  }
}
