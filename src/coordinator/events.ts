/**
 * The events socket. It speaks PUB to its subscribers, but being an XPUB it knows their topics, so
 * that an event nobody listens to costs nothing.
 */
import type { XPublisher } from 'zeromq';
import { Outbox } from '../protocol/outbox.ts';
import { ZAP_SOCKET } from './zap.ts';

/** What a slow subscriber may leave unread; beyond it events are lost to it, as PUB does. */
export const EVENTS_SOCKET = { ...ZAP_SOCKET, linger: 0, sendHighWaterMark: 100_000 } as const;

const SUBSCRIBE = 1;

export class Events {
  readonly #socket: XPublisher;
  readonly #topics = new Set<string>();
  readonly #outbox: Outbox<readonly [topic: string, payload: string]>;

  constructor(socket: XPublisher, onError: (error: unknown) => void) {
    this.#socket = socket;
    this.#outbox = new Outbox({
      send: async (events) => {
        for (const [topic, payload] of events) await socket.send([topic, payload]);
      },
      onError,
    });
  }

  publish(topic: string, payload: () => object): void {
    for (const prefix of this.#topics) {
      if (!topic.startsWith(prefix)) continue;
      this.#outbox.push([topic, JSON.stringify(payload())]);
      return;
    }
  }

  /** Follows subscriptions until the socket is closed. */
  async follow(): Promise<void> {
    for await (const [frame] of this.#socket) {
      const topic = String(frame?.subarray(1));
      if (frame?.[0] === SUBSCRIBE) this.#topics.add(topic);
      else this.#topics.delete(topic);
    }
  }

  async flushed(): Promise<void> {
    await this.#outbox.flushed();
  }
}
