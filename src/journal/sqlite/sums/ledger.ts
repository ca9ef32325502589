/** Adds up what one transaction changes in the counts and sums of `head`. */
import { LOOSE_WEIGHT, minus, plus } from './row-sums.ts';

/** The counts and sums of rows. */
export interface Totals {
  readonly liveCount: number;
  readonly liveSum: number;
  readonly everyCount: number;
  readonly everySum: number;
  readonly recordSum: number;
}

/** The checksums of a command; a command of an earlier schema has none: it counts, and adds nothing. */
export interface RowSums {
  readonly accept_sum: number | null;
  readonly state_sum: number | null;
}

export function totalOf({ accept_sum: accept, state_sum: state }: RowSums): number {
  return plus(accept ?? 0, state ?? 0);
}

export class Ledger {
  #liveCount = 0;
  #liveSum = 0;
  #everyCount = 0;
  #everySum = 0;
  #recordSum = 0;

  accepted(row: RowSums): void {
    const sum = totalOf(row);
    this.#everyCount++;
    this.#everySum = plus(this.#everySum, sum);
    this.#liveCount++;
    this.#liveSum = plus(this.#liveSum, sum);
  }

  /** The state of a live command gained this. */
  gained(sum: number): void {
    this.#everySum = plus(this.#everySum, sum);
    this.#liveSum = plus(this.#liveSum, sum);
  }

  settled(before: RowSums, after: RowSums, { isLoose }: { readonly isLoose: boolean }): void {
    this.gained(minus(totalOf(after), totalOf(before)));
    if (!isLoose) this.#left(totalOf(after));
  }

  forgotten(after: RowSums): void {
    if (after.state_sum !== null) this.gained(-LOOSE_WEIGHT);
    this.#left(totalOf(after));
  }

  pruned(row: RowSums): void {
    this.#everyCount--;
    this.#everySum = minus(this.#everySum, totalOf(row));
  }

  /** The text of a record was stored. */
  recorded(sum: number): void {
    this.#recordSum = plus(this.#recordSum, sum);
  }

  /** A text is gone; one of an earlier schema has no checksum. */
  unrecorded(sum: number | null): void {
    this.#recordSum = minus(this.#recordSum, sum ?? 0);
  }

  get isEmpty(): boolean {
    const counts = [this.#everyCount, this.#liveCount];
    const sums = [this.#everySum, this.#liveSum, this.#recordSum];
    return [...counts, ...sums].every((one) => one === 0);
  }

  appliedTo<Head extends Totals>(head: Head): Head {
    return {
      ...head,
      liveCount: head.liveCount + this.#liveCount,
      liveSum: plus(head.liveSum, this.#liveSum),
      everyCount: head.everyCount + this.#everyCount,
      everySum: plus(head.everySum, this.#everySum),
      recordSum: plus(head.recordSum, this.#recordSum),
    };
  }

  /** It is no longer live. */
  #left(sum: number): void {
    this.#liveCount--;
    this.#liveSum = minus(this.#liveSum, sum);
  }
}
