/**
 * Commands that crash an executor's thread, in this run and in every later one, until the program
 * is fixed.
 */
import type { Chance } from './chance.ts';
import type { Ask } from './workload.ts';

export interface Poison {
  readonly name: string;
  /** The id of the command. */
  readonly id: string;
  /** When its order arrives, or when a node has answered it. */
  readonly when: 'driven' | 'answered';
}

/** For each history: the share with such commands. */
const SHARE = 0.25;

/** Drawn apart, so that all other draws stay the same. */
export function drawPoisons(chance: Chance, asks: readonly Ask[]): readonly Poison[] {
  const prng = chance.of('poison');
  if (!prng.chance(SHARE)) return [];
  const ids = asks.flatMap(({ value }) => (typeof value === 'string' ? [] : (value.id ?? [])));
  const chosen = new Set(ids.filter(() => prng.chance(0.2)));
  return [...chosen].flatMap((id) => {
    const when = prng.pick(['driven', 'driven', 'answered'] as const);
    const name = `poison: ${id} ${when}`;
    return chance.strikes(name) ? [{ name, id, when }] : [];
  });
}
