/**
 * Until when this daemon may call nodes, in memory that all threads share. A journal in a database can be taken over by
 * another daemon when this one is cut off from it; by then this one must have fallen silent (P1). The coordinator extends
 * the time with each confirmed change, counted from when that was *sent*; executors look in the very turn in which a
 * request leaves (docs/decisions/075).
 */

const MICROS_PER_MS = 1000;

/** Sent to threads with their workerData. */
export type TrustCell = SharedArrayBuffer;

/** Nobody is trusted yet. */
export function newTrust(): TrustCell {
  return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
}

/** Times are of the steady clock, ms. */
export class Trust {
  readonly #until: BigInt64Array<SharedArrayBuffer>;

  constructor(cell: TrustCell) {
    this.#until = new BigInt64Array(cell);
  }

  extend(until: number): void {
    Atomics.store(this.#until, 0, BigInt(Math.floor(until * MICROS_PER_MS)));
  }

  holdsAt(now: number): boolean {
    return BigInt(Math.floor(now * MICROS_PER_MS)) < Atomics.load(this.#until, 0);
  }
}
