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

/** Number of events that wait for the reader; further ones are dropped. */
const WAITING_MAX = 10_000;

export class Subscription implements AsyncIterable<DaemonEvent | UnknownEvent> {
  readonly #socket: Subscriber;

  /** @throws ClientError `bad_endpoint` */
  constructor(topics: readonly string[], endpoint: string) {
    this.#socket = new Subscriber({
      linger: 0,
      ipv6: isIpv6(endpoint),
      receiveHighWaterMark: WAITING_MAX,
      reconnectInterval: 50,
      reconnectMaxInterval: 1000,
      heartbeatInterval: 2000,
    });
    if (topics.length === 0) this.#socket.subscribe();
    else this.#socket.subscribe(...topics);
    try {
      connectSocket(this.#socket, endpoint);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Ends the iteration, as leaving the loop does. */
  close(): void {
    this.#socket.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DaemonEvent | UnknownEvent, void> {
    try {
      for await (const [topic, payload] of this.#socket) {
        yield readEvent(String(topic), String(payload));
      }
    } finally {
      this.close();
    }
  }
}
