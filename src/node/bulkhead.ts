/**
 * Bounds the exchanges that run with one node, so that a slow node makes its own callers wait and nobody else (P9).
 * First come, first served. Each exchange that runs has a slot for itself, such as a connection.
 */
import { Fifo } from '../base/fifo.ts';

/** An exchange that wants a slot. The bulkhead alone changes `slot` and `hasLeft`. */
export interface Waiter<Slot> {
  slot: Slot | undefined;
  hasLeft: boolean;
  /** A slot is free: called within `enter`, or when another waiter leaves. */
  start(slot: Slot): void;
}

export class Bulkhead<Slot> {
  /** The slot that was left last is taken first: its connection is in the processor's caches. */
  readonly #free: Slot[];
  /** Slots that were left just now, when nobody waited. */
  #resting: Slot[] = [];
  readonly #rest: (over: () => void) => void;
  /** Waiters that have left meanwhile are skipped. */
  readonly #queue = new Fifo<Waiter<Slot>>();

  /** @param rest calls back when a slot that nobody waited for may be taken again; at once by default */
  constructor(slots: readonly Slot[], rest: (over: () => void) => void = (over) => over()) {
    this.#free = [...slots];
    this.#rest = rest;
  }

  enter(waiter: Waiter<Slot>): void {
    const slot = this.#free.pop();
    if (slot === undefined) this.#queue.push(waiter);
    else admit(waiter, slot);
  }

  /** Gives the slot back, or leaves the queue. A second call does nothing. */
  leave(waiter: Waiter<Slot>): void {
    const { slot } = waiter;
    waiter.hasLeft = true;
    waiter.slot = undefined;
    if (slot === undefined) return;
    const next = this.#next();
    if (next !== undefined) admit(next, slot);
    else if (this.#resting.push(slot) === 1) this.#rest(() => this.#takeBack());
  }

  #takeBack(): void {
    const rested = this.#resting;
    this.#resting = [];
    for (const slot of rested) {
      const next = this.#next();
      if (next === undefined) this.#free.push(slot);
      else admit(next, slot);
    }
  }

  #next(): Waiter<Slot> | undefined {
    let next = this.#queue.shift();
    while (next?.hasLeft) next = this.#queue.shift();
    return next;
  }
}

function admit<Slot>(waiter: Waiter<Slot>, slot: Slot): void {
  waiter.slot = slot;
  waiter.start(slot);
}
