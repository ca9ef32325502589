/**
 * The way to the daemon of a client with several addresses: one connection at a time, to the first address that
 * answers. It stands between the calls, which know no address, and `Connection`, which knows one.
 *
 * It goes to the next address when no daemon completes a handshake at the present one, when the connection breaks, and
 * when its client says so (`leave`): the daemon there is stopping or silent. Messages without an answer are then sent
 * again, under their old ids (P7), so all addresses have to lead to one journal. With one address it never moves:
 * ZeroMQ connects to that again by itself.
 */
import { Dealer } from 'zeromq';
import { Connection, type ConnectionListener, type Outgoing } from '../connection.ts';
import { connectSocket, type Endpoints } from '../endpoint.ts';
import type { Link } from './link.ts';
import { Rotation } from './rotation.ts';
import type { CurveOptions } from './security.ts';

/** Many answers of one daemon say that it stops: the first of them is enough. */
const STAY_MS_MIN = 1000;
/** From the least to the most that a link says about a missing answer. */
const LINKS: readonly Link[] = [
  'refused',
  'foreign',
  'shut',
  'key_unused',
  'key_needed',
  'key_unknown',
  'up',
];

export class Failover {
  readonly #rotation: Rotation;
  readonly #curve: CurveOptions | undefined;
  readonly #listener: ConnectionListener;
  /** By address: how its latest connection ended. */
  readonly #links = new Map<string, Link>();
  #connection: Connection;
  #upAt = 0;

  /** @throws ClientError `bad_endpoint` for any of them */
  constructor(endpoints: Endpoints, curve: CurveOptions | undefined, listener: ConnectionListener) {
    this.#rotation = new Rotation(endpoints);
    this.#curve = curve;
    this.#listener = listener;
    for (const endpoint of endpoints.slice(1)) checkAddress(endpoint);
    this.#connection = this.#open();
  }

  /** The address in use, or tried now. */
  get endpoint(): string {
    return this.#rotation.current;
  }

  /** Of all addresses, the link that says the most. */
  get link(): Link {
    const links = [...this.#links.values(), this.#connection.link];
    return LINKS.findLast((link) => links.includes(link)) ?? 'refused';
  }

  write(message: Outgoing): void {
    this.#connection.write(message);
  }

  forget(message: Outgoing): void {
    this.#connection.forget(message);
  }

  /** Goes to the next address, if there is one and the present one has had its time. */
  leave(): void {
    if (this.#rotation.isAlone || this.#connection.link !== 'up') return;
    if (performance.now() - this.#upAt < STAY_MS_MIN) return;
    this.#rotation.advance();
    this.#listener.onDown();
    this.#replace();
  }

  close(): void {
    this.#rotation.end();
    this.#connection.close();
  }

  #open(): Connection {
    const { current: endpoint, isAlone, socketOptions } = this.#rotation;
    const before = this.#links.get(endpoint) ?? 'refused';
    const connection = new Connection(
      { endpoint, socketOptions: { ...socketOptions, ...this.#curve }, isAlone, before },
      {
        ...this.#listener,
        onReply: (frames) => {
          // One that was left may still have replies.
          if (connection === this.#connection) this.#rotation.confirm();
          this.#listener.onReply(frames);
        },
        onUp: () => {
          this.#rotation.arrive();
          this.#upAt = performance.now();
          this.#links.clear();
          this.#listener.onUp();
        },
        onAway: (link) => {
          this.#links.set(endpoint, link);
          this.#rotation.pass(() => this.#replace());
        },
      },
    );
    return connection;
  }

  #replace(): void {
    const unsent = this.#connection.retire();
    this.#connection = this.#open();
    for (const message of unsent) this.#connection.write(message);
  }
}

/** An address that cannot be one is found before it is needed. */
function checkAddress(endpoint: string): void {
  const socket = new Dealer({ linger: 0 });
  try {
    connectSocket(socket, endpoint);
  } finally {
    socket.close();
  }
}
