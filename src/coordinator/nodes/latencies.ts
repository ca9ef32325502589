/** How soon each node has answered lately: from totals since the start, of which two older ones are kept. */
import { type Distribution, difference, quantile } from '../../base/measure/distribution.ts';
import type { Latency } from '../../protocol/answer.ts';

/** What is shown is of the last 10 to 20 s. */
const TERM_MS = 10_000;

interface Totals {
  readonly at: number;
  readonly byNode: ReadonlyMap<string, Distribution>;
}

export class Latencies {
  #older: Totals = { at: Number.NEGATIVE_INFINITY, byNode: new Map() };
  #newer: Totals = this.#older;
  #now: Totals = this.#older;

  /** @param byNode all answers since the start, ms @param at never falls, ms */
  update(byNode: ReadonlyMap<string, Distribution>, at: number): void {
    this.#now = { at, byNode };
    if (at - this.#newer.at < TERM_MS) return;
    this.#older = this.#newer;
    this.#newer = this.#now;
  }

  /** Undefined: the node has not answered lately. */
  of(node: string): Latency | undefined {
    const lately = difference(this.#now.byNode.get(node), this.#older.byNode.get(node));
    const [p50, p99] = [quantile(lately, 0.5), quantile(lately, 0.99)];
    return p50 === undefined || p99 === undefined
      ? undefined
      : { p50: rounded(p50), p99: rounded(p99) };
  }
}

/** Tenths of a ms are enough, and the buckets are no finer. */
function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
