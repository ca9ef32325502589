/**
 * The latest events, for a client that comes back: with the id of the last event that it has seen it gets all since, or
 * learns that it has missed some. Ids rise over restarts of the daemon, so one of an earlier life is known as such.
 */
import { frameOf } from './stream.ts';

/** Characters. */
const KEPT_MAX = 1024 * 1024;
/** Ids begin at the time of the start: no life has so many events in a millisecond. */
const IDS_PER_MS = 1000;

interface Kept {
  readonly id: number;
  readonly topic: string;
  readonly frame: string;
}

export class RecentEvents {
  #kept: Kept[] = [];
  #size = 0;
  #id: number;
  /** All events behind this id are kept. */
  #since: number;

  /** @param startedAt ms of the wall clock */
  constructor(startedAt: number) {
    this.#id = Math.floor(startedAt) * IDS_PER_MS;
    this.#since = this.#id;
  }

  /** Of the latest event. */
  get id(): number {
    return this.#id;
  }

  /** @returns the event as streams write it */
  add(topic: string, text: string): string {
    const id = ++this.#id;
    const frame = frameOf(id, topic, text);
    this.#kept.push({ id, topic, frame });
    this.#size += frame.length;
    while (this.#size > KEPT_MAX) this.#drop();
    return frame;
  }

  /** Events are missing from here on: the ids before are not continued. */
  break(): void {
    this.#id++;
    this.#since = this.#id;
    this.#kept = [];
    this.#size = 0;
  }

  /** @returns the frames since that id; undefined if some are not known */
  after(id: number, wants: (topic: string) => boolean): string | undefined {
    if (!(id >= this.#since && id <= this.#id)) return undefined;
    const missed = this.#kept.filter((kept) => kept.id > id && wants(kept.topic));
    return missed.map(({ frame }) => frame).join('');
  }

  #drop(): void {
    const dropped = this.#kept.shift();
    if (dropped === undefined) return;
    this.#size -= dropped.frame.length;
    this.#since = dropped.id;
  }
}
