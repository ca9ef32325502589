/**
 * A bound on the exchanges under way with one node, so that a slow node queues its own callers and
 * nothing else (P9). First come, first served. Whoever is let in has a place to itself, such as a
 * connection; whoever leaves hands it on.
 */
import { Fifo } from '../base/fifo.ts';

/** Who wants in. Its `place` and `hasLeft` are the bulkhead's to change. */
export interface Waiter<Place> {
  slot: Place | undefined;
  hasLeft: boolean;
  /** There is a place: at once, or when another leaves. */
  start(place: Place): void;
}

export class Bulkhead<Place> {
  /** The one left last is taken first: it is warm. */
  readonly #free: Place[];
  /** Left just now, and nobody waited for them. */
  #resting: Place[] = [];
  readonly #rest: (over: () => void) => void;
  /** Those that have left meanwhile are passed over. */
  readonly #queue = new Fifo<Waiter<Place>>();

  /** @param rest calls back when a place nobody waited for may be taken again; at once by default */
  constructor(places: readonly Place[], rest: (over: () => void) => void = (over) => over()) {
    this.#free = [...places];
    this.#rest = rest;
  }

  enter(visitor: Waiter<Place>): void {
    const place = this.#free.pop();
    if (place === undefined) this.#queue.push(visitor);
    else admit(visitor, place);
  }

  /** Gives the place back, or leaves the queue; twice is as good as once. */
  leave(visitor: Waiter<Place>): void {
    const { slot: place } = visitor;
    visitor.hasLeft = true;
    visitor.slot = undefined;
    if (place === undefined) return;
    const next = this.#next();
    if (next !== undefined) admit(next, place);
    else if (this.#resting.push(place) === 1) this.#rest(() => this.#takeBack());
  }

  #takeBack(): void {
    const rested = this.#resting;
    this.#resting = [];
    for (const place of rested) {
      const next = this.#next();
      if (next === undefined) this.#free.push(place);
      else admit(next, place);
    }
  }

  #next(): Waiter<Place> | undefined {
    let next = this.#queue.shift();
    while (next?.hasLeft) next = this.#queue.shift();
    return next;
  }
}

function admit<Place>(visitor: Waiter<Place>, place: Place): void {
  visitor.slot = place;
  visitor.start(place);
}
