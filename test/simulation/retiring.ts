/**
 * Nodes that operators retire. In some histories one is gone for good, from some time on: an operator retires it, before
 * or after it is taken out of the configuration, which a later run of the daemon sees. In others an operator retires a
 * node that works, and takes that back. Drawn apart, so that all other histories stay the same.
 */
import type { Chance } from './chance.ts';
import type { Ask } from './workload.ts';

/** A node that no longer answers. */
export interface Gone {
  readonly node: string;
  readonly at: number;
  /** Runs that begin from this time on are configured without it. */
  readonly removedAt: number;
}

export interface Retiring {
  readonly gone?: Gone;
  readonly asks: readonly Ask[];
}

/** The end of the trouble of a node that is gone. */
export const FOR_EVER = Number.POSITIVE_INFINITY;

/** Numbers of these requests begin here. */
const FIRST_NUMBER = 1001;

export function drawRetiring(
  chance: Chance,
  { nodes, lastAt }: { readonly nodes: readonly string[]; readonly lastAt: number },
): Retiring {
  const prng = chance.of('retiring');
  const kind = prng.pick(['none', 'none', 'none', 'none', 'gone', 'gone', 'mistake'] as const);
  if (kind === 'none' || nodes.length < 2) return { asks: [] };
  const node = prng.pick(nodes);
  const time = () => prng.between(0, lastAt);
  const from = time();
  const gone = kind === 'gone' ? { node, at: from, removedAt: from + time() } : undefined;
  const count = prng.pick([1, 1, 2, 3]);
  const drawn = Array.from({ length: count }, () => {
    const act = kind === 'mistake' ? prng.pick(['retire', 'retire', 'unretire']) : 'retire';
    const more = act === 'retire' ? { force: prng.chance(0.8), dryRun: prng.chance(0.1) } : {};
    const at = from + prng.between(0, Math.max(1, lastAt - from));
    return { at, lateMs: 0, value: { op: 'node', node, act, ...more } };
  });
  const asks = drawn
    .toSorted((a, b) => a.at - b.at)
    .map((ask, index) => ({ ...ask, number: FIRST_NUMBER + index }))
    .filter(({ number }) => chance.strikes(`ask ${number}`));
  return { asks, ...(gone !== undefined && chance.strikes(`${node} is gone`) ? { gone } : {}) };
}
