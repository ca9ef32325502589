/**
 * The events socket. To its subscribers it is a PUB socket, and ZeroMQ decides who gets what. As an XPUB socket
 * it also receives the subscriptions, so that an event without a subscriber costs nothing.
 *
 * An end of a subscription is ignored: ZeroMQ passes on that of any peer, even about a topic it never had, so
 * one peer could silence all others (decision 036). Watching connections does not help: a watch that is not
 * read, or is closed first, blocks ZeroMQ's I/O thread, and with it every socket of the process.
 */
import type { XPublisher } from 'zeromq';
import { Outbox } from '../../base/outbox.ts';
import { LIVELINESS } from './peer-heartbeats.ts';
import { ZAP_SOCKET } from './zap.ts';

/** The most events that a slow subscriber leaves unread; it loses those beyond, as with PUB. */
export const EVENT_OPTIONS = {
  ...ZAP_SOCKET,
  ...LIVELINESS,
  linger: 0,
  sendHighWaterMark: 10_000,
  /** 0: no send waits, so none is under way when the socket is closed. */
  sendTimeout: 0,
  /** A subscription is a topic; a peer that sends more is disconnected. */
  maxMessageSize: 256,
  /**
   * libzmq takes all subscriptions of a peer that have arrived in one call, without an end while more arrive. With
   * a mark of 1,000 a million of them made this thread hang.
   */
  receiveHighWaterMark: 1,
} as const;

const SUBSCRIBE = 1;
/** The most topics that are kept; with more of them every event is published. */
const TOPICS_MAX = 64;

export class EventSocket {
  #socket: XPublisher;
  #isLeaving = false;
  /** Prefixes of topics that were subscribed to. */
  #asked = new Set<string>();
  /** By topic: whether a prefix of it was. There are few topics, and none is a client's text. */
  readonly #wanted = new Map<string, boolean>();
  readonly #outbox: Outbox<readonly [topic: string, payload: string]>;

  constructor(socket: XPublisher, onError: (error: unknown) => void) {
    this.#socket = socket;
    this.#outbox = new Outbox({
      send: async (events) => {
        for (const event of events) await this.#send(event);
      },
      onError,
    });
  }

  publish(topic: string, payload: () => object): void {
    if (this.#isWanted(topic)) this.#outbox.push([topic, JSON.stringify(payload())]);
  }

  /** Reads no further message: `follow` ends with the next one. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** Goes on with another socket: the old one is closed. Peers send their subscriptions again. */
  replace(socket: XPublisher): void {
    this.#socket = socket;
    this.#isLeaving = false;
  }

  /** Follows subscriptions until the socket is closed or left. */
  async follow(): Promise<void> {
    for await (const [frame] of this.#socket) {
      if (frame?.[0] === SUBSCRIBE) this.#ask(String(frame.subarray(1)));
      if (this.#isLeaving) return;
    }
  }

  async flushed(): Promise<void> {
    await this.#outbox.flushed();
  }

  async #send([topic, payload]: readonly [topic: string, payload: string]): Promise<void> {
    const socket = this.#socket;
    try {
      await socket.send([topic, payload]);
    } catch (error) {
      // Events are news, not a record.
      if (!socket.closed) throw error;
    }
  }

  #ask(topic: string): void {
    if (this.#isAsked(topic)) return;
    // Every topic begins with the empty one.
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
