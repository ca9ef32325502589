/**
 * The daemon's events, as they come: `for await (const event of subscription)`; `event.kind` narrows its payload.
 *
 * Events are news, not a record: a client that connects late, reads slowly or loses the connection
 * misses some (ZeroMQ's PUB drops beyond its bound). What happened is in the daemon's journal; ask
 * by `status` and `list`.
 */
import { Subscriber } from 'zeromq';
import { type DaemonEvent, readEvent, type UnknownEvent } from '../protocol/event.ts';
import { connectSocket, isIpv6 } from './endpoint.ts';

/** Events that wait to be read; what comes beyond is dropped. */
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

  /** Ends the iteration. Leaving the loop does it too. */
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
