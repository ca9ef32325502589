/**
 * What stands between the daemon and one node: a TCP proxy that can cut connections, delay what
 * they carry, hold it and let it go, and refuse new ones.
 *
 * What a hold lets go arrives, also when who sent it has long given up: that is the late landing of
 * P4.2. It never comes later than `HELD_MS_MAX` and what the daemon's quiesce allows for it: older
 * bytes are dropped with their connection. While the node itself refuses connections, so does the
 * proxy: else the daemon would take a node that is down for one that broke off.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Gate, Pipe } from './pipe.ts';
import { CARRIED_MS_MAX } from './times.ts';

export type Way = 'requests' | 'answers';
export type Cut = 'reset' | 'close';

export interface Ports {
  readonly listen: number;
  readonly node: number;
}

const LOOK_MS = 50;

interface Link {
  readonly client: Socket;
  readonly node: Socket;
  readonly requests: Pipe;
  readonly answers: Pipe;
}

export class Proxy implements AsyncDisposable {
  readonly #ports: Ports;
  readonly #gates: Readonly<Record<Way, Gate>> = {
    requests: { held: false, delayMs: 0 },
    answers: { held: false, delayMs: 0 },
  };
  readonly #links = new Set<Link>();
  readonly #watchers = new Set<() => void>();
  #server: Server | undefined;
  #refusing = false;
  #looking: NodeJS.Timeout | undefined;
  #probing = false;
  /** Bytes that were too old to be let go. */
  dropped = 0;

  private constructor(ports: Ports) {
    this.#ports = ports;
  }

  static async open(ports: Ports): Promise<Proxy> {
    const proxy = new Proxy(ports);
    await proxy.#listen();
    return proxy;
  }

  hold(way: Way): void {
    this.#gates[way].held = true;
  }

  /** From now on everything takes so much longer, on both ways. */
  delay(ms: number): void {
    for (const gate of Object.values(this.#gates)) gate.delayMs = ms;
  }

  /** Lets everything go, at once. */
  release(): void {
    for (const gate of Object.values(this.#gates)) Object.assign(gate, { held: false, delayMs: 0 });
    for (const { requests, answers } of this.#links) {
      requests.flush();
      answers.flush();
    }
  }

  /** Ends all connections, to both sides. */
  cut(how: Cut): void {
    for (const { client, node } of this.#links) {
      for (const socket of [client, node]) {
        if (how === 'reset') socket.resetAndDestroy();
        else socket.destroy();
      }
    }
  }

  /** Nobody gets through until `accept`. */
  refuse(): void {
    this.#refusing = true;
    this.#stopListening();
    this.cut('reset');
  }

  accept(): void {
    this.#refusing = false;
    this.#look();
  }

  /** Calls back once, when the next bytes of a request come by; the result calls it off. */
  onRequest(act: () => void): () => void {
    this.#watchers.add(act);
    return () => this.#watchers.delete(act);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.refuse();
    clearTimeout(this.#looking);
    await Promise.resolve();
  }

  async #listen(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
      this.#join(client),
    );
    this.#server = server;
    server.listen(this.#ports.listen, '127.0.0.1');
    await once(server, 'listening');
  }

  #stopListening(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  #join(client: Socket): void {
    const node = connect({
      port: this.#ports.node,
      host: '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
    });
    const requests = new Pipe({ from: client, to: node, gate: this.#gates.requests }, this.#limits);
    const answers = new Pipe({ from: node, to: client, gate: this.#gates.answers }, this.#limits);
    const link = { client, node, requests, answers };
    this.#links.add(link);
    client.on('data', () => {
      for (const act of this.#watchers) act();
      this.#watchers.clear();
    });
    node.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNREFUSED') return;
      this.#stopListening();
      this.#look();
    });
    let open = 2;
    for (const socket of [client, node]) {
      socket.once('close', () => {
        if (--open === 0) this.#links.delete(link);
      });
    }
  }

  readonly #limits = {
    ageMsMax: CARRIED_MS_MAX,
    onDropped: (bytes: number): void => {
      this.dropped += bytes;
    },
  };

  /** Listens again as soon as the node does, unless told to refuse. */
  #look(): void {
    clearTimeout(this.#looking);
    if (this.#refusing || this.#probing || this.#server !== undefined) return;
    this.#probing = true;
    const probe = connect({ port: this.#ports.node, host: '127.0.0.1' });
    probe.once('connect', () => {
      this.#probing = false;
      probe.destroy();
      if (this.#refusing) return;
      this.#listen().catch((error: unknown) => {
        throw error;
      });
    });
    probe.once('error', () => {
      this.#probing = false;
      this.#looking = setTimeout(() => this.#look(), LOOK_MS);
    });
  }
}
