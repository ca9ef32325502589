/**
 * The TCP proxy between the daemon and one node. It can cut connections, delay their bytes, hold
 * the bytes and release them, and refuse new connections.
 *
 * Released bytes arrive even if their sender has given up long before: the late landing of P4.2.
 * They never arrive later than `HELD_MS_MAX` and the daemon's quiesce allow: older bytes are
 * dropped with their connection. While the node itself refuses connections, so does the proxy:
 * otherwise the daemon would take a node that is down for one that broke the connection.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Gate, Pipe, type PipeRules } from './pipe.ts';
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

export class TcpProxy implements AsyncDisposable {
  readonly #ports: Ports;
  readonly #rules: Readonly<Record<Way, PipeRules>>;
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
  /** Connections whose bytes were too old to pass. */
  dropped = 0;
  /** Number of times that the node got bytes whose sender had given up. */
  late = 0;

  private constructor(ports: Ports, ageMsMax: number) {
    this.#ports = ports;
    const onDropped = (): void => {
      this.dropped++;
    };
    const onLate = (): void => {
      this.late++;
    };
    this.#rules = {
      requests: { ageMsMax, onDropped, onLate },
      answers: { ageMsMax, onDropped, onLate: () => {} },
    };
  }

  static async open(ports: Ports, ageMsMax: number = CARRIED_MS_MAX): Promise<TcpProxy> {
    const proxy = new TcpProxy(ports, ageMsMax);
    await proxy.#listen();
    return proxy;
  }

  /** Connections whose client is still there. */
  get clients(): number {
    return [...this.#links].filter(({ client }) => !client.destroyed).length;
  }

  hold(way: Way): void {
    this.#gates[way].held = true;
  }

  /** From now on all bytes are delayed by this time, in both directions. */
  delay(ms: number): void {
    for (const gate of Object.values(this.#gates)) gate.delayMs = ms;
  }

  /** Releases all bytes at once. */
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

  /** Refuses connections until `accept`. */
  refuse(): void {
    this.#refusing = true;
    this.#stopListening();
    this.cut('reset');
  }

  accept(): void {
    this.#refusing = false;
    this.#look();
  }

  /** Calls back once, for the next bytes of a request; the returned function cancels that. */
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
    const requests = this.#pipe('requests', { from: client, to: node });
    const answers = this.#pipe('answers', { from: node, to: client });
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

  #pipe(way: Way, ends: { readonly from: Socket; readonly to: Socket }): Pipe {
    return new Pipe({ ...ends, gate: this.#gates[way] }, this.#rules[way]);
  }

  /** Listens again as soon as the node does, unless it was ordered to refuse. */
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
