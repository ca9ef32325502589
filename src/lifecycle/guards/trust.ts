/**
 * Until when this daemon may call nodes, in memory that all threads share. A journal in a database can be taken over by
 * another daemon when this one is cut off from it; by then this one must have fallen silent (P1). The coordinator extends
 * the time with each confirmed change, counted from when that was *sent*; executors look in the very turn in which a
 * request leaves (docs/decisions/075).
 *
 * Both clocks must say that the time has not come: after a suspend only the wall clock knows how late it is. A wall clock
 * that is set forward ends the trust too early, until the next change is confirmed.
 */
import type { Instant } from '../../base/time/instant.ts';

const MICROS_PER_MS = 1000;
const STEADY = 0;
const WALL = 1;

/** Sent to threads with their workerData. */
export type TrustCell = SharedArrayBuffer;

/** Nobody is trusted yet. */
export function newTrust(): TrustCell {
  return new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT);
}

export class Trust {
  readonly #until: BigInt64Array<SharedArrayBuffer>;

  constructor(cell: TrustCell) {
    this.#until = new BigInt64Array(cell);
  }

  /** A look between the two stores sees one clock's older end, and so no later an end than either change gives. */
  extend({ steady, wall }: Instant): void {
    Atomics.store(this.#until, STEADY, micros(steady));
    Atomics.store(this.#until, WALL, micros(wall));
  }

  holdsAt({ steady, wall }: Instant): boolean {
    return (
      micros(steady) < Atomics.load(this.#until, STEADY) &&
      micros(wall) < Atomics.load(this.#until, WALL)
    );
  }
}

function micros(ms: number): bigint {
  return BigInt(Math.floor(ms * MICROS_PER_MS));
}
