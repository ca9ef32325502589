/**
 * The events socket. It speaks PUB to its subscribers, and who of them gets what is ZeroMQ's to know;
 * but being an XPUB it hears what is asked for, so that an event nobody ever asked for costs nothing.
 *
 * That somebody does not want a topic any more is not listened to: ZeroMQ hands on the word of any peer,
 * also about what it never had, so that one could silence all others (decision 036). Nor can it be
 * learnt by watching connections: a watch that is not read, or is closed first, blocks ZeroMQ's I/O thread,
 * and with it every socket of the process.
 */
import type { XPublisher } from 'zeromq';
import { Outbox } from '../../base/outbox.ts';
import { LIVELINESS } from './peer-heartbeats.ts';
import { ZAP_SOCKET } from './zap.ts';

/** What a slow subscriber may leave unread; beyond it events are lost to it, as PUB does. */
export const EVENT_OPTIONS = {
  ...ZAP_SOCKET,
  ...LIVELINESS,
  linger: 0,
  sendHighWaterMark: 100_000,
  /** What a subscriber says is a topic; who sends more is cut. */
  maxMessageSize: 1024,
} as const;

const SUBSCRIBE = 1;
/** Topics told apart; with more of them every event is published. */
const TOPICS_MAX = 64;

export class EventSocket {
  readonly #socket: XPublisher;
  /** Beginnings of topics that were asked for. */
  #asked = new Set<string>();
  /** By topic: whether it was. There are few topics, and none of them is a client's text. */
  readonly #wanted = new Map<string, boolean>();
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
    if (this.#isWanted(topic)) this.#outbox.push([topic, JSON.stringify(payload())]);
  }

  /** Follows subscriptions until the socket is closed. */
  async follow(): Promise<void> {
    for await (const [frame] of this.#socket) {
      if (frame?.[0] === SUBSCRIBE) this.#ask(String(frame.subarray(1)));
    }
  }

  async flushed(): Promise<void> {
    await this.#outbox.flushed();
  }

  #ask(topic: string): void {
    if (this.#isAsked(topic)) return;
    // Everything begins with the empty topic.
    if (this.#asked.size === TOPICS_MAX) this.#asked = new Set(['']);
    else this.#asked.add(topic);
    this.#wanted.clear();
  }

  #isWanted(topic: string): boolean {
    const known = this.#wanted.get(topic);
    if (known !== undefined) return known;
    const wanted = this.#isAsked(topic);
    this.#wanted.set(topic, wanted);
    return wanted;
  }

  #isAsked(topic: string): boolean {
    return [...this.#asked].some((beginning) => topic.startsWith(beginning));
  }
}
