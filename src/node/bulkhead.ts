/**
 * A bound on the exchanges under way with one node, so that a slow node queues its own callers and
 * nothing else (P9). First come, first served.
 */
import { Fifo } from '../core/fifo.ts';

/** Gives the place back, or leaves the queue. */
export type Leave = () => void;

interface Visit {
  readonly start: () => void;
  stage: 'waiting' | 'inside' | 'left';
}

export class Bulkhead {
  readonly #limit: number;
  /** Those that have left meanwhile are passed over. */
  readonly #queue = new Fifo<Visit>();
  #inside = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Calls `start` as soon as there is a place: at once, or from another caller's `leave`. */
  enter(start: () => void): Leave {
    const visit: Visit = { start, stage: 'waiting' };
    if (this.#inside < this.#limit) this.#admit(visit);
    else this.#queue.push(visit);
    return () => {
      const { stage } = visit;
      visit.stage = 'left';
      if (stage === 'inside') this.#next();
    };
  }

  #admit(visit: Visit): void {
    visit.stage = 'inside';
    this.#inside++;
    visit.start();
  }

  #next(): void {
    this.#inside--;
    let visit = this.#queue.shift();
    while (visit?.stage === 'left') visit = this.#queue.shift();
    if (visit !== undefined) this.#admit(visit);
  }
}
