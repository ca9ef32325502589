/** Observations counted by size, in fixed buckets: what is added up and compared without keeping each value. */

/** Observations by size. */
export interface Distribution {
  /** Upper bounds, rising, inclusive. */
  readonly bounds: readonly number[];
  /** One count for each bound, not cumulative, and a last one for larger values. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** One increment for each observation. */
export class DistributionCounter {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** @param bounds upper bounds of the buckets, rising, inclusive; a last bucket takes all larger values */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  /** A copy. */
  get counted(): Distribution {
    return { bounds: this.#bounds, counts: [...this.#counts], sum: this.#sum };
  }
}

type Counted = Pick<Distribution, 'bounds' | 'counts'>;

/**
 * The value below which a share of the values lies; undefined: there are none. Within its bucket a value is taken as
 * evenly spread; above the last bound it is that bound.
 */
export function quantile(of: Counted | undefined, share: number): number | undefined {
  const all = countOf(of);
  if (of === undefined || all === 0) return undefined;
  const rank = share * all;
  let below = 0;
  for (const [bucket, count] of of.counts.entries()) {
    if (below + count < rank || count === 0) {
      below += count;
      continue;
    }
    const low = of.bounds[bucket - 1] ?? 0;
    const high = of.bounds[bucket] ?? low;
    return low + ((high - low) * (rank - below)) / count;
  }
  return of.bounds.at(-1);
}

export function countOf(of: Counted | undefined): number {
  return (of?.counts ?? []).reduce((sum, count) => sum + count, 0);
}

/** All together; they have the same bounds. Undefined: there are none. */
export function joined(all: readonly Distribution[]): Distribution | undefined {
  const [first, ...others] = all;
  return first === undefined ? undefined : others.reduce(join, first);
}

function join(one: Distribution, other: Distribution): Distribution {
  const counts = one.counts.map((count, bucket) => count + (other.counts[bucket] ?? 0));
  return { bounds: one.bounds, counts, sum: one.sum + other.sum };
}

/** What came since `before`; everything if that is not known. */
export function difference(now: Distribution, before: Distribution | undefined): Distribution;
export function difference(
  now: Distribution | undefined,
  before: Distribution | undefined,
): Distribution | undefined;
export function difference(
  now: Distribution | undefined,
  before: Distribution | undefined,
): Distribution | undefined {
  if (now === undefined || before === undefined) return now;
  const counts = now.counts.map((count, bucket) =>
    Math.max(0, count - (before.counts[bucket] ?? 0)),
  );
  return { bounds: now.bounds, counts, sum: now.sum - before.sum };
}
