/** Values that were counted by size. */
import type { Distribution } from '../../protocol/figures.ts';

type Counted = Pick<Distribution, 'bounds' | 'counts'>;

/**
 * The value below which a share of the values lies. Within its bucket a value is taken as evenly spread; above the last
 * bound it is that bound.
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
