/**
 * The events socket. To its subscribers it is a PUB socket, and ZeroMQ decides who gets what. As an XPUB socket
 * it also receives the subscriptions, so that an event without a subscriber costs nothing.
 *
 * An end of a subscription is ignored: ZeroMQ passes on that of any peer, even about a topic it never had, so
 * one peer could silence all others (decision 036). Watching connections does not help: a watch that is not
 * read, or is closed first, blocks ZeroMQ's I/O thread, and with it every socket of the process.
 *
 * Bounds (P9): a slow subscriber loses the events beyond `EVENTS_UNREAD_MAX`, and sees it by their numbers; each has
 * at most `EVENT_BYTES_MAX` (`event-text.ts`). The topics of all subscribers are bounded in bytes. ZeroMQ would say when a
 * subscriber has no room (`noDrop`), but then nobody gets the event, and the binding warns at each change of that.
 */
import type { XPublisher } from 'zeromq';
import { Outbox } from '../../base/outbox.ts';
import { eventText } from './event-text.ts';
import { LIVELINESS } from './liveliness.ts';
import { doorOptions } from './zap.ts';

/** With the bound of an event, ZeroMQ has 16 MiB at most for a slow subscriber. */
const EVENTS_UNREAD_MAX = 2000;

/** Of one topic. Peers of ZMTP 3.0 send a shorter word in front of it, and have room for nine bytes more. */
const TOPIC_BYTES = 255;
/** The command SUBSCRIBE of ZMTP 3.1, in front of a topic. */
const SUBSCRIBE_BYTES = 10;
/** What CURVE puts around it. The last step of its handshake takes 290 bytes at most, which fits. */
const CURVE_BYTES = 33;

/** Settings of the XPUB. @param secretKey of the server, for CURVE */
export const eventOptions = (secretKey?: string) => ({
  ...doorOptions('events', secretKey),
  ...LIVELINESS,
  linger: 0,
  sendHighWaterMark: EVENTS_UNREAD_MAX,
  /** 0: no send waits, so none is under way when the socket is closed. */
  sendTimeout: 0,
  /** A subscription is a topic; a peer that sends more is disconnected. */
  maxMessageSize: TOPIC_BYTES + SUBSCRIBE_BYTES + (secretKey === undefined ? 0 : CURVE_BYTES),
  /**
   * libzmq takes all subscriptions of a peer that have arrived in one call, without an end while more arrive. With
   * a mark of 1,000 a million of them made this thread hang.
   */
  receiveHighWaterMark: 1,
});

const SUBSCRIBE = 1;
/** The binding hands out many messages that have arrived before the loop turns. */
const READING_MS_MAX = 5;
/** The most topics that are kept; with more of them every event is published. */
const TOPICS_MAX = 64;
/**
 * Of different topics that were asked for since the socket was opened. ZeroMQ has a node of its tree for each byte of each, and
 * walks through all of them on this thread for every peer that leaves: at 1 MiB of topics, leaving peers kept the thread
 * for 3.5 s.
 */
const TOPIC_BYTES_MAX = 16 * 1024;

export interface EventSocketOptions {
  readonly socket: XPublisher;
  /** Subscribers have asked for too many topics: the memory of these is free when the socket is closed. */
  readonly onManyTopics: () => void;
  /** The socket failed. */
  readonly onError: (error: unknown) => void;
}

export class EventSocket {
  readonly #options: EventSocketOptions;
  #socket: XPublisher;
  #isLeaving = false;
  #topicBytes = 0;
  /** Topics in it, as Latin-1: other bytes are another topic. A subscriber that comes again asks for nothing more. */
  readonly #counted = new Set<string>();
  /** Prefixes of topics that were subscribed to. */
  #asked = new Set<string>();
  /** By topic: whether a prefix of it was. There are few topics, and none is a client's text. */
  readonly #wanted = new Map<string, boolean>();
  readonly #outbox: Outbox<readonly [topic: string, payload: string]>;

  constructor(options: EventSocketOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#outbox = new Outbox({
      send: async (events) => {
        for (const event of events) await this.#send(event);
      },
      onError: options.onError,
    });
  }

  publish(topic: string, payload: () => object): void {
    if (this.#isWanted(topic)) this.#outbox.push([topic, eventText(payload())]);
  }

  /** Reads no further message: `follow` ends with the next one. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** Goes on with another socket: the old one is closed. Peers send their subscriptions again. */
  replace(socket: XPublisher): void {
    this.#socket = socket;
    this.#isLeaving = false;
    this.#topicBytes = 0;
    this.#counted.clear();
  }

  /** Follows subscriptions until the socket is closed or left. */
  async follow(): Promise<void> {
    let until = performance.now() + READING_MS_MAX;
    for await (const [frame] of this.#socket) {
      if (frame?.[0] === SUBSCRIBE) this.#ask(frame.subarray(1));
      if (this.#isLeaving) return;
      if (performance.now() < until) continue;
      await new Promise(setImmediate);
      until = performance.now() + READING_MS_MAX;
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

  #ask(bytes: Buffer): void {
    const topic = String(bytes);
    this.#count(bytes);
    if (this.#isAsked(topic)) return;
    // Every topic begins with the empty one.
    if (this.#asked.size === TOPICS_MAX) this.#asked = new Set(['']);
    else this.#asked.add(topic);
    this.#wanted.clear();
  }

  #count(bytes: Buffer): void {
    const topic = bytes.toString('latin1');
    if (this.#topicBytes > TOPIC_BYTES_MAX || this.#counted.has(topic)) return;
    this.#counted.add(topic);
    this.#topicBytes += bytes.length;
    if (this.#topicBytes > TOPIC_BYTES_MAX) this.#options.onManyTopics();
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
