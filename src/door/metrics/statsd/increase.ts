/** What was added since the last round: statsd adds up by itself, and takes increases only. */
import type { Counts, Reading } from './readings.ts';

type Distribution = Extract<Reading, { kind: 'distribution' }>;
type Total = Extract<Reading, { kind: 'total' }>;

export class Increases {
  /** By series, the totals of the last round. As many as the registry has. */
  readonly #totals = new Map<string, number>();
  readonly #counts = new Map<string, Counts>();

  /** @returns what was added to this total; all of it the first time, or after it began again */
  of(reading: Total): number {
    const key = keyOf(reading);
    const before = this.#totals.get(key) ?? 0;
    this.#totals.set(key, reading.value);
    return reading.value >= before ? reading.value - before : reading.value;
  }

  ofCounts(reading: Distribution): Counts {
    const key = keyOf(reading);
    const before = this.#counts.get(key);
    this.#counts.set(key, reading);
    if (before === undefined || reading.sum < before.sum) return reading;
    const buckets = reading.buckets.map(({ upTo, count }, index) => ({
      upTo,
      count: count - (before.buckets[index]?.count ?? 0),
    }));
    return { buckets, sum: reading.sum - before.sum };
  }
}

export function keyOf({ name, labels }: Pick<Reading, 'name' | 'labels'>): string {
  return `${name} ${JSON.stringify(labels)}`;
}

export function countOf({ buckets }: Counts): number {
  return buckets.reduce((all, { count }) => all + count, 0);
}

/**
 * The value below which a share of the values lies, between the bounds of its bucket in proportion; the last finite
 * bound for larger ones.
 */
export function quantile(share: number, { buckets, ...rest }: Counts): number {
  const wanted = share * countOf({ buckets, ...rest });
  let below = 0;
  let from = 0;
  for (const { upTo, count } of buckets) {
    if (below + count >= wanted && count > 0) {
      if (upTo === Infinity) return from;
      return from + ((upTo - from) * (wanted - below)) / count;
    }
    below += count;
    from = upTo === Infinity ? from : upTo;
  }
  return from;
}
