/**
 * All listeners over HTTP. The coordinator sends events only while there are any, and for a moment after the last one
 * has left: it may come back (`recent-events.ts`).
 *
 * Bounds (P9): so many streams, half of them of one client; so many topics; so many bytes that one client has not taken,
 * and all of them. A client that takes too little is cut, which is counted, and may connect again. One that may no longer
 * listen is let go.
 */

import { CallSlots } from '../../base/call-slots.ts';
import type { EventMessage } from '../../channel/door-messages.ts';
import { RecentEvents } from './recent-events.ts';
import { frameOf, type Stream } from './stream.ts';

const STREAMS_MAX = 64;
/** That the coordinator is asked for, those of clients that have just left included; beyond it for all. */
const TOPICS_MAX = 128;
const ALL_TOPICS = [''];
const UNSENT_MAX = 1024 * 1024;
const UNSENT_MAX_OF_ALL = 16 * UNSENT_MAX;
const HEARTBEAT_MS = 10_000;
/** For a client to come back, before its topics are given up. */
const LINGER_MS = 10_000;
/** The topic of the event after others that were missed. */
const MISSED = 'missed';

export interface StreamCounts {
  readonly open: number;
  /** Streams that were cut, since the start. */
  readonly cut: number;
  /** Events that the door did not get, since the start. */
  readonly missed: number;
}

export interface EventStreamsOptions {
  /** Asks for events of these topics and no others; resolves when they come. */
  readonly listen: (topics: readonly string[]) => Promise<void>;
  /** ms of the wall clock. */
  readonly startedAt: number;
}

interface Fresh {
  readonly topic: string;
  readonly frame: string;
}

export class EventStreams {
  readonly #listen: EventStreamsOptions['listen'];
  readonly #recent: RecentEvents;
  readonly #streams = new Set<Stream>();
  /** Streams that wait for the coordinator. */
  readonly #arriving = new Set<Stream>();
  readonly #slots = new CallSlots({ callsMax: STREAMS_MAX, bytesMax: 0 });
  /** That were asked for. */
  #topics: readonly string[] = [];
  #listening: Promise<void> = Promise.resolve();
  /** Events of this turn of the event loop. */
  #fresh: Fresh[] = [];
  #heartbeat: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;
  #cut = 0;
  #missed = 0;
  #hasEnded = false;

  constructor({ listen, startedAt }: EventStreamsOptions) {
    this.#listen = listen;
    this.#recent = new RecentEvents(startedAt);
  }

  get counts(): StreamCounts {
    return { open: this.#streams.size, cut: this.#cut, missed: this.#missed };
  }

  /**
   * A place for one stream.
   *
   * @param client by name
   * @returns frees the place; undefined: there is none
   */
  takePlace(client: string): (() => void) | undefined {
    return this.#slots.take(client, 0);
  }

  /** No event comes any more: the coordinator has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Begins the stream. From its head on no event is missed without a word.
   *
   * @param lastId the id of the last event that the client has seen; undefined: it is new
   */
  async add(stream: Stream, lastId: number | undefined): Promise<void> {
    this.#arriving.add(stream);
    const isCovered = stream.topics.every((topic) => covers(this.#topics, topic));
    if (!isCovered) {
      const more = new Set([...this.#topics, ...stream.topics]);
      this.#ask(more.size > TOPICS_MAX ? this.#wanted() : [...more]);
    }
    await this.#listening;
    this.#arriving.delete(stream);
    this.#flush();
    if (stream.isOver) return this.#lingerOn();
    stream.begin();
    this.#streams.add(stream);
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
    if (lastId === undefined) return;
    const since = this.#recent.after(lastId, (topic) => covers(stream.topics, topic));
    stream.write(since ?? this.#missedFrame({}));
  }

  /** Its client is gone. */
  remove(stream: Stream): void {
    if (!this.#streams.delete(stream)) return;
    if (this.#streams.size === 0) {
      clearInterval(this.#heartbeat);
      this.#heartbeat = undefined;
    }
    this.#lingerOn();
  }

  /** An event of the coordinator. */
  take({ topic, text, missed = 0 }: EventMessage): void {
    if (this.#fresh.length === 0) queueMicrotask(() => this.#flush());
    if (missed > 0) {
      this.#missed += missed;
      this.#recent.break();
      this.#fresh.push({ topic: MISSED, frame: this.#missedFrame({ count: missed }) });
    }
    this.#fresh.push({ topic, frame: this.#recent.add(topic, text) });
  }

  /** Ends the streams whose clients may no longer listen. */
  review(): void {
    for (const stream of this.#streams) {
      if (stream.isAllowed()) continue;
      stream.cut();
      this.remove(stream);
    }
  }

  /** Ends all of them: no event comes any more. */
  end(): void {
    this.#hasEnded = true;
    this.#flush();
    for (const stream of this.#streams) {
      stream.end();
      this.remove(stream);
    }
    clearTimeout(this.#linger);
  }

  /** The topics of all streams. */
  #wanted(): readonly string[] {
    const streams = [...this.#streams, ...this.#arriving];
    const wanted = new Set(streams.flatMap(({ topics }) => topics));
    return wanted.size > TOPICS_MAX ? ALL_TOPICS : [...wanted];
  }

  #ask(topics: readonly string[]): void {
    this.#topics = topics;
    this.#recent.break();
    this.#listening = this.#listen(this.#topics);
  }

  /** Topics that nobody wants any more are given up, a while later. */
  #lingerOn(): void {
    this.#linger ??= setTimeout(() => {
      this.#linger = undefined;
      const wanted = this.#wanted();
      if (!this.#topics.every((topic) => wanted.includes(topic))) this.#ask(wanted);
    }, LINGER_MS).unref();
  }

  #beat(): void {
    this.review();
    for (const stream of this.#streams) stream.beat();
    this.#cutSlow();
  }

  #missedFrame(detail: { readonly count?: number }): string {
    return frameOf(this.#recent.id, MISSED, JSON.stringify(detail));
  }

  #flush(): void {
    const fresh = this.#fresh;
    if (fresh.length === 0) return;
    this.#fresh = [];
    for (const stream of this.#streams) {
      let frames = '';
      for (const { topic, frame } of fresh) {
        if (topic === MISSED || covers(stream.topics, topic)) frames += frame;
      }
      if (frames !== '') stream.write(frames);
    }
    this.#cutSlow();
  }

  /** One after another, the slowest first, until all bounds hold. */
  #cutSlow(): void {
    const slowest = [...this.#streams].toSorted((one, other) => other.unsent - one.unsent);
    let unsent = slowest.reduce((sum, stream) => sum + stream.unsent, 0);
    for (const stream of slowest) {
      if (stream.unsent <= UNSENT_MAX && unsent <= UNSENT_MAX_OF_ALL) return;
      unsent -= stream.unsent;
      this.#cut++;
      stream.cut();
      this.remove(stream);
    }
  }
}

function covers(beginnings: readonly string[], topic: string): boolean {
  return beginnings.some((beginning) => topic.startsWith(beginning));
}
