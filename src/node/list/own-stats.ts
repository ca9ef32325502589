/**
 * A cluster's own figures, in one call for all its nodes: `[true, {"node01": 7, …}]`, whether they hold the same keys,
 * and the number of keys of each. For nodes that cannot list their keys; the figures are not checked.
 */
import { parseJson } from '../../protocol/bounded-json.ts';
import type { NodeClient } from '../node-client.ts';

export interface OwnStats {
  readonly consistent: boolean;
  /** Keys, by node. */
  readonly counts: Readonly<Record<string, number>>;
}

/** No cluster has more nodes. */
const NODES_MAX = 1000;
const BYTES_MAX = 256 * 1024;

/** @throws Error that names the reason why there are none */
export async function ownStats(client: NodeClient, path: string): Promise<OwnStats> {
  const body: unknown = parseJson((await client.list(path, BYTES_MAX)).body);
  const [consistent, counts] = Array.isArray(body) ? (body as readonly unknown[]) : [];
  const isRead = typeof consistent === 'boolean' && areCounts(counts);
  if (!isRead) throw new SyntaxError('no stats');
  return { consistent, counts };
}

function areCounts(value: unknown): value is OwnStats['counts'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const counts: readonly unknown[] = Object.values(value);
  return counts.length <= NODES_MAX && counts.every(isCount);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
