/**
 * Events for the door for HTTP. Without anybody who listens there, an event costs one look at an empty list. Bounded
 * (P9): a door that does not keep up, or hangs, misses events, and is sent how many.
 */
import type { EventMessage } from '../../channel/door-messages.ts';
import { eventText } from '../sockets/event-text.ts';

/** Characters under way to the door, beyond which no event is sent. */
const UNREAD_MAX = 4 * 1024 * 1024;

export interface EventFeedOptions {
  readonly send: (event: EventMessage) => void;
  /** Characters under way to the door. */
  readonly unread: () => number;
}

export class EventFeed {
  readonly #options: EventFeedOptions;
  /** Topics, or beginnings of topics. */
  #topics: readonly string[] = [];
  /** By topic: whether it is wanted. There are few topics, and none is a client's text. */
  readonly #wanted = new Map<string, boolean>();
  #missed = 0;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  /** @param topics that are wanted from now on, or their beginnings */
  listen(topics: readonly string[]): void {
    this.#topics = topics;
    this.#wanted.clear();
    if (topics.length === 0) this.#missed = 0;
  }

  publish(topic: string, payload: () => object): void {
    if (this.#topics.length === 0 || !this.#isWanted(topic)) return;
    const { send, unread } = this.#options;
    if (unread() > UNREAD_MAX) {
      this.#missed++;
      return;
    }
    const missed = this.#missed === 0 ? {} : { missed: this.#missed };
    this.#missed = 0;
    send({ kind: 'event', topic, text: eventText(payload()), ...missed });
  }

  #isWanted(topic: string): boolean {
    const known = this.#wanted.get(topic);
    if (known !== undefined) return known;
    const wanted = this.#topics.some((beginning) => topic.startsWith(beginning));
    this.#wanted.set(topic, wanted);
    return wanted;
  }
}
