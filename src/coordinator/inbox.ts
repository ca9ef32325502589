/**
 * The acts that wait for a batch. Clients are served in turn, one act of each, so that no client waits for the queue
 * of another; those whose acts took long lately come behind (P9). The daemon's own acts (reports of executors, timers) run in the order of arrival with those of
 * clients; when clients have many acts waiting, own acts and theirs alternate.
 */
import { Fifo } from '../base/queues/fifo.ts';
import { Spending } from '../base/queues/spending.ts';
import { Turns } from '../base/queues/turns.ts';
import type { Batch } from './batch.ts';

export type Act = (batch: Batch) => void;

/** Requests read ahead of the batches, and their bytes: beyond either the clients' socket is not read. */
const REQUESTS_MAX = 5000;
const BYTES_MAX = 16 * 1024 * 1024;

/** Of the thread's time: a client that uses more than a tenth of it is heavy. */
const HEAVY_ABOVE_MS = 20;
const FORGOTTEN_MS_PER_SECOND = 100;

/** With more acts of clients waiting, own acts go between them. */
const CALM_MAX = 100;

/** A request of a client: its acts run one by one, each in the turn of its client. */
export interface Requested {
  readonly client: string;
  /** Of its text. */
  readonly bytes: number;
  readonly count: number;
  /** @param index from 0, rising by 1 */
  readonly actAt: (index: number) => Act;
}

interface Waiting extends Requested {
  readonly arrived: number;
  next: number;
}

interface Own {
  readonly arrived: number;
  readonly act: Act;
}

export class Inbox {
  readonly #own = new Fifo<Own>();
  readonly #now: () => number;
  readonly #spending: Spending;
  readonly #requests: Turns<Waiting>;
  /** Acts of clients that wait. */
  #acts = 0;
  #bytes = 0;
  #arrived = 0;
  #isOwnNext = true;

  /** @param now ms */
  constructor(now: () => number) {
    this.#now = now;
    this.#spending = new Spending({
      now,
      heavyAbove: HEAVY_ABOVE_MS,
      forgottenPerSecond: FORGOTTEN_MS_PER_SECOND,
    });
    this.#requests = new Turns((client) => this.#spending.isHeavy(client));
  }

  /** Acts of the daemon, and requests of clients. */
  get size(): number {
    return this.#own.size + this.#requests.size;
  }

  /** No more requests are read. */
  get isFull(): boolean {
    return this.#requests.size > REQUESTS_MAX || this.#bytes > BYTES_MAX;
  }

  push(act: Act): void {
    this.#own.push({ arrived: this.#arrived++, act });
  }

  request(requested: Requested): void {
    this.#bytes += requested.bytes;
    this.#acts += requested.count;
    const arrived = this.#arrived++;
    this.#requests.push(requested.client, { ...requested, arrived, next: 0 });
  }

  shift(): Act | undefined {
    const own = this.#own.first;
    const waiting = this.#requests.first;
    if (waiting === undefined || (own !== undefined && this.#takesOwn(own, waiting))) {
      return this.#own.shift()?.act;
    }
    return this.#shiftRequest(waiting);
  }

  #takesOwn(own: Own, waiting: Waiting): boolean {
    if (this.#acts <= CALM_MAX) return own.arrived < waiting.arrived;
    this.#isOwnNext = !this.#isOwnNext;
    return this.#isOwnNext;
  }

  #shiftRequest(waiting: Waiting): Act {
    this.#acts--;
    const act = waiting.actAt(waiting.next++);
    if (waiting.next < waiting.count) this.#requests.pass();
    else {
      this.#requests.shift();
      this.#bytes -= waiting.bytes;
    }
    return (batch) => {
      const begun = this.#now();
      act(batch);
      this.#spending.add(waiting.client, this.#now() - begun);
    };
  }
}
