/**
 * The daemon's events: `for await (const event of subscription)`; `event.kind` narrows its payload.
 *
 * Events are news, not a record: a client that connects late, reads slowly or loses the connection
 * misses some (ZeroMQ's PUB drops beyond its bound). The daemon's journal has the complete state;
 * ask by `status` and `list`.
 */
import { Subscriber } from 'zeromq';
import { type DaemonEvent, readEvent, type UnknownEvent } from '../protocol/event.ts';
import { connectSocket, disconnectSocket, type Endpoints, isIpv6, RECONNECT } from './endpoint.ts';
import { ClientError, type ClientErrorCode } from './errors.ts';
import { HANDSHAKE_FAILURES, type HandshakeFailure, linkAfter, silenceOver } from './link/link.ts';
import { Rotation } from './link/rotation.ts';
import type { CurveOptions } from './link/security.ts';

/** Number of events that wait for the reader; further ones are dropped. */
const WAITING_MAX = 10_000;
/** With a wrong `serverKey` the daemon only ends the handshake; without room too, and then a later try succeeds. */
const SHUT_MAX = 10;

export interface SubscriptionOptions {
  /** One at a time, the next when nobody listens there. */
  readonly endpoints: Endpoints;
  readonly curve?: CurveOptions | undefined;
  /** Asks the daemon at its other socket, when nobody listens at this one. */
  readonly ping?: () => Promise<object>;
}

export class Subscription implements AsyncIterable<DaemonEvent | UnknownEvent> {
  readonly #socket: Subscriber;
  readonly #rotation: Rotation;
  readonly #isCurve: boolean;
  /** Until it has been asked. */
  #ping: SubscriptionOptions['ping'];
  #isUp = false;
  #shut = 0;
  #fault: ClientError | undefined;
  /** By topic: the number of its last event. */
  readonly #numbers = new Map<string, number>();
  #missed = 0;
  /** Connected to no address, in the pause before the next one. */
  #hasLeft = false;

  /**
   * Made by `subscribe` of a client.
   * @throws ClientError `bad_endpoint`
   * @example
   * const subscription = client.subscribe(['breaker.']);
   * subscription.close();
   */
  constructor(topics: readonly string[], { endpoints, curve, ping }: SubscriptionOptions) {
    this.#rotation = new Rotation(endpoints);
    this.#ping = ping;
    this.#isCurve = curve !== undefined;
    this.#socket = new Subscriber({
      ...curve,
      linger: 0,
      ipv6: endpoints.some(isIpv6),
      receiveHighWaterMark: WAITING_MAX,
      ...RECONNECT,
      // Heartbeats of ZeroMQ abort the process of a slow reader when its connection is reset (libzmq 4.3.5).
      tcpKeepalive: 1,
      tcpKeepaliveIdle: 2,
      tcpKeepaliveInterval: 2,
      tcpKeepaliveCount: 2,
      ...this.#rotation.socketOptions,
    });
    if (topics.length === 0) this.#socket.subscribe();
    else this.#socket.subscribe(...topics);
    this.#watch();
    try {
      for (const endpoint of endpoints.slice(1)) {
        connectSocket(this.#socket, endpoint);
        disconnectSocket(this.#socket, endpoint);
      }
      connectSocket(this.#socket, this.#rotation.current);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Events that were lost between those that came, as far as their numbers show.
   * @example
   * const subscription = client.subscribe();
   * for await (const { topic } of subscription) console.log(topic, subscription.missed);
   */
  get missed(): number {
    return this.#missed;
  }

  /**
   * Ends the iteration, as leaving the loop does.
   * @example
   * const subscription = client.subscribe(['command.']);
   * setTimeout(() => subscription.close(), 60_000);
   * for await (const { topic } of subscription) console.log(topic);
   */
  close(): void {
    this.#rotation.end();
    this.#socket.close();
  }

  /**
   * @throws ClientError `unauthorised` if the daemon does not let this client read events, or no longer; `no_events` if
   * it publishes none by ZeroMQ
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<DaemonEvent | UnknownEvent, void> {
    try {
      for await (const [topic, payload] of this.#socket) {
        this.#rotation.confirm();
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
      // Of a connection that was there before the address was left.
      if (this.#hasLeft) return;
      this.#shut = 0;
      this.#isUp = true;
      this.#rotation.arrive();
    });
    events.on('disconnect', () => {
      if (this.#isUp) this.#move();
    });
    events.on('connect:retry', () => {
      void this.#ask();
      this.#move();
    });
    for (const event of HANDSHAKE_FAILURES) events.on(event, (failure) => this.#fail(failure));
  }

  #fail(failure: HandshakeFailure): void {
    const link = linkAfter(failure, { isCurve: this.#isCurve, before: 'refused' });
    if (link === 'shut' && ++this.#shut < SHUT_MAX) return this.#move();
    const { code, reason } = silenceOver(link);
    if (code !== 'unauthorised') return this.#move();
    return this.#end(code, reason);
  }

  /** To the next address, if there is one; else ZeroMQ connects again by itself. */
  #move(): void {
    this.#isUp = false;
    const { current } = this.#rotation;
    const isMoving = this.#rotation.pass(() => {
      // Another daemon counts its own events.
      this.#numbers.clear();
      this.#hasLeft = false;
      connectSocket(this.#socket, this.#rotation.current);
    });
    if (!isMoving) return;
    // Else ZeroMQ would connect there again before the pause is over.
    this.#hasLeft = true;
    disconnectSocket(this.#socket, current);
  }

  async #ask(): Promise<void> {
    const ping = this.#ping;
    this.#ping = undefined;
    // Without an answer the daemon is away; ZeroMQ goes on trying.
    const answer = await ping?.().catch(() => undefined);
    if (answer === undefined || !('events' in answer) || answer.events !== 'off') return;
    this.#end('no_events', 'the daemon publishes none by ZeroMQ');
  }

  #end(code: ClientErrorCode, reason: string): void {
    const endpoint = this.#rotation.current;
    const message = `no events from ${endpoint}: ${reason}`;
    this.#fault ??= new ClientError(code, { message, endpoint });
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
