/**
 * Bounds the exchanges that run with one node, so that a slow node delays its own callers only (P9).
 * Each exchange that runs has a slot for itself, such as a connection.
 *
 * First come, first served. One slot is kept for urgent waiters alone (rollbacks, trial calls), so that no number of
 * creates holds them up (P5). Of the other slots every second one goes to an urgent waiter first, so that no number of
 * stuck rollbacks holds up all other keys (P6).
 */
import { Fifo } from '../base/queues/fifo.ts';

/** An exchange that wants a slot. The bulkhead alone changes `slot` and `hasLeft`. */
export interface Waiter<Slot> {
  readonly isUrgent: boolean;
  slot: Slot | undefined;
  hasLeft: boolean;
  /** A slot is free: called within `enter`, or when another waiter leaves. */
  start(slot: Slot): void;
}

export interface BulkheadOptions<Slot> {
  /** The slot for urgent waiters, used when no other is free; none by default. */
  readonly kept?: Slot;
  /** Calls back when a slot without a waiter may be taken again; at once by default. */
  readonly rest?: (over: () => void) => void;
}

export class Bulkhead<Slot> {
  /** The slot that was left last is taken first: its connection is in the processor's caches. */
  readonly #free: Slot[];
  readonly #kept: Slot | undefined;
  #isKeptFree: boolean;
  /** Slots that were left just now, without a waiter. */
  #resting: Slot[] = [];
  readonly #rest: (over: () => void) => void;
  /** Waiters that have left meanwhile are skipped. */
  readonly #urgent = new Fifo<Waiter<Slot>>();
  readonly #others = new Fifo<Waiter<Slot>>();
  /** Slots in use. */
  #taken = 0;
  /** Whether the latest slot that is not kept went to an urgent waiter. */
  #wasUrgent = false;

  constructor(
    slots: readonly Slot[],
    { kept, rest = (over) => over() }: BulkheadOptions<Slot> = {},
  ) {
    this.#free = [...slots];
    this.#kept = kept;
    this.#isKeptFree = kept !== undefined;
    this.#rest = rest;
  }

  /** Exchanges that run. */
  get taken(): number {
    return this.#taken;
  }

  enter(waiter: Waiter<Slot>): void {
    const slot = this.#free.pop() ?? (waiter.isUrgent ? this.#takeKept() : undefined);
    if (slot !== undefined) this.#admit(waiter, slot);
    else if (waiter.isUrgent) this.#urgent.push(waiter);
    else this.#others.push(waiter);
  }

  /** Gives the slot back, or leaves the queue. A second call does nothing. */
  leave(waiter: Waiter<Slot>): void {
    const { slot } = waiter;
    waiter.hasLeft = true;
    waiter.slot = undefined;
    if (slot === undefined) return;
    this.#taken--;
    const next = this.#nextFor(slot);
    if (next !== undefined) this.#admit(next, slot);
    else if (this.#resting.push(slot) === 1) this.#rest(() => this.#takeBack());
  }

  #takeKept(): Slot | undefined {
    if (!this.#isKeptFree) return undefined;
    this.#isKeptFree = false;
    return this.#kept;
  }

  #takeBack(): void {
    const rested = this.#resting;
    this.#resting = [];
    for (const slot of rested) {
      const next = this.#nextFor(slot);
      if (next !== undefined) this.#admit(next, slot);
      else if (slot === this.#kept) this.#isKeptFree = true;
      else this.#free.push(slot);
    }
  }

  #admit(waiter: Waiter<Slot>, slot: Slot): void {
    this.#taken++;
    waiter.slot = slot;
    waiter.start(slot);
  }

  #nextFor(slot: Slot): Waiter<Slot> | undefined {
    if (slot === this.#kept) return nextOf(this.#urgent);
    const [first, second] = this.#wasUrgent
      ? [this.#others, this.#urgent]
      : [this.#urgent, this.#others];
    const next = nextOf(first) ?? nextOf(second);
    if (next !== undefined) this.#wasUrgent = next.isUrgent;
    return next;
  }
}

function nextOf<Slot>(queue: Fifo<Waiter<Slot>>): Waiter<Slot> | undefined {
  let next = queue.shift();
  while (next?.hasLeft) next = queue.shift();
  return next;
}
