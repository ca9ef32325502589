/** Commands that crash an executor's thread, in this life and every later one, until the program is mended. */
import type { Chance } from './chance.ts';
import type { Ask } from './workload.ts';

export interface Poison {
  readonly name: string;
  /** The command's. */
  readonly id: string;
  /** When its order comes in, or when a node has answered it. */
  readonly when: 'driven' | 'answered';
}

/** Of histories: how many have any. */
const SHARE = 0.25;

/** A chance of its own: all else is as it would be without. */
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
