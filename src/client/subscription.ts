/**
 * The daemon's events: `for await (const event of subscription)`; `event.kind` narrows its payload.
 *
 * Events are news, not a record: a client that connects late, reads slowly or loses the connection
 * misses some (ZeroMQ's PUB drops beyond its bound). The daemon's journal has the complete state;
 * ask by `status` and `list`.
 */
import { Subscriber } from 'zeromq';
import { type DaemonEvent, readEvent, type UnknownEvent } from '../protocol/event.ts';
import { connectSocket, isIpv6 } from './endpoint.ts';
import { ClientError } from './errors.ts';
import { HANDSHAKE_FAILURES, type HandshakeFailure, linkAfter, silenceOver } from './link.ts';
import type { CurveOptions } from './security.ts';

/** Number of events that wait for the reader; further ones are dropped. */
const WAITING_MAX = 10_000;
/** With a wrong `serverKey` the daemon only ends the handshake; without room too, and then a later try succeeds. */
const SHUT_MAX = 10;

export class Subscription implements AsyncIterable<DaemonEvent | UnknownEvent> {
  readonly #socket: Subscriber;
  readonly #endpoint: string;
  readonly #isCurve: boolean;
  #shut = 0;
  #fault: ClientError | undefined;
  /** By topic: the number of its last event. */
  readonly #numbers = new Map<string, number>();
  #missed = 0;

  /** @throws ClientError `bad_endpoint` */
  constructor(topics: readonly string[], endpoint: string, curve?: CurveOptions) {
    this.#endpoint = endpoint;
    this.#isCurve = curve !== undefined;
    this.#socket = new Subscriber({
      ...curve,
      linger: 0,
      ipv6: isIpv6(endpoint),
      receiveHighWaterMark: WAITING_MAX,
      reconnectInterval: 50,
      reconnectMaxInterval: 1000,
      // Heartbeats of ZeroMQ abort the process of a slow reader when its connection is reset (libzmq 4.3.5).
      tcpKeepalive: 1,
      tcpKeepaliveIdle: 2,
      tcpKeepaliveInterval: 2,
      tcpKeepaliveCount: 2,
    });
    if (topics.length === 0) this.#socket.subscribe();
    else this.#socket.subscribe(...topics);
    this.#watch();
    try {
      connectSocket(this.#socket, endpoint);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Events that were lost between those that came, as far as their numbers show. */
  get missed(): number {
    return this.#missed;
  }

  /** Ends the iteration, as leaving the loop does. */
  close(): void {
    this.#socket.close();
  }

  /** @throws ClientError `unauthorised` if the daemon does not let this client read events, or no longer */
  async *[Symbol.asyncIterator](): AsyncGenerator<DaemonEvent | UnknownEvent, void> {
    try {
      for await (const [topic, payload] of this.#socket) {
        const event = readEvent(String(topic), String(payload));
        this.#count(event);
        yield event;
      }
      if (this.#fault !== undefined) throw this.#fault;
    } finally {
      this.close();
    }
  }

  #watch(): void {
    const { events } = this.#socket;
    events.on('handshake', () => {
      this.#shut = 0;
    });
    for (const event of HANDSHAKE_FAILURES) events.on(event, (failure) => this.#fail(failure));
  }

  #fail(failure: HandshakeFailure): void {
    const link = linkAfter(failure, this.#isCurve);
    if (link === 'shut' && ++this.#shut < SHUT_MAX) return;
    const { code, reason } = silenceOver(link);
    if (code !== 'unauthorised') return;
    const message = `no events from ${this.#endpoint}: ${reason}`;
    this.#fault ??= new ClientError(code, { message, endpoint: this.#endpoint });
    this.close();
  }

  #count({ topic, payload }: DaemonEvent | UnknownEvent): void {
    const { number } = (payload ?? {}) as { readonly number?: unknown };
    if (typeof number !== 'number') return;
    const last = this.#numbers.get(topic);
    this.#numbers.set(topic, number);
    // A daemon that has started again counts from 1.
    if (last !== undefined && number > last) this.#missed += number - last - 1;
  }
}
