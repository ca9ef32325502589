/** Merges the counts of all nodes into one answer. */
import type { NodeCount } from '../node/list/listing.ts';
import type { NodeStats, StatsAnswer } from '../protocol/answer.ts';

const NAMES_TEXT_MAX = 200;

/** @param counts by node */
export function statsOf(counts: Readonly<Record<string, NodeCount>>): StatsAnswer {
  const names = Object.keys(counts);
  const all = Object.values(counts);
  const own = all.find(({ own: detail }) => isOf(detail?.counts, names))?.own;
  if (own !== undefined) {
    const nodes = Object.fromEntries(names.map((name) => [name, { count: own.counts[name] ?? 0 }]));
    return { consistent: own.consistent, nodes, reported: true };
  }
  const digests = new Set(all.map(({ digest }) => digest));
  const nodes = Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [name, shown(count)]),
  );
  return { consistent: digests.has(undefined) ? null : digests.size === 1, nodes };
}

/** Whether the cluster's own count has exactly these nodes. */
function isOf(counts: object | undefined, names: readonly string[]): boolean {
  if (counts === undefined || Object.keys(counts).length !== names.length) return false;
  return names.every((name) => Object.hasOwn(counts, name));
}

function shown({ count, error, own, skipped }: NodeCount): NodeStats {
  if (own === undefined) {
    if (count === undefined) return { error: error ?? '' };
    return skipped === undefined ? { count } : { count, skipped };
  }
  const names = Object.keys(own.counts).join(', ').slice(0, NAMES_TEXT_MAX);
  return { error: `it lists no keys, and its own stats name ${names || 'no node'}` };
}
