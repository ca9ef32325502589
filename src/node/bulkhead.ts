/**
 * A bound on the exchanges under way with one node, so that a slow node queues its own callers and
 * nothing else (P9). First come, first served.
 */

/** Gives the place back, or leaves the queue. */
export type Leave = () => void;

export class Bulkhead {
  readonly #limit: number;
  /** Callers that wait, in order; a Set because one may leave from the middle. */
  readonly #queue = new Set<() => void>();
  #inside = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Calls `start` as soon as there is a place: at once, or from another caller's `leave`. */
  enter(start: () => void): Leave {
    if (this.#inside < this.#limit) {
      this.#inside++;
      start();
    } else {
      this.#queue.add(start);
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      if (this.#queue.delete(start)) return;
      this.#inside--;
      this.#admit();
    };
  }

  #admit(): void {
    for (const start of this.#queue) {
      if (this.#inside >= this.#limit) return;
      this.#queue.delete(start);
      this.#inside++;
      start();
    }
  }
}
