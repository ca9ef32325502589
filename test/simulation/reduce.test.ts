/** The bounds of a reduction, with a clock of its own. */
import { describe, expect, it } from 'vitest';
import type { runHistory } from './history.ts';
import { REDUCING_MS_MAX, REDUCING_RUNS_MAX, type Reduced, reduce } from './reduce.ts';

interface Reduction {
  readonly reduced: Reduced;
  /** The time at which it ended. */
  readonly endedAt: number;
  readonly said: readonly { readonly at: number; readonly text: string }[];
}

/**
 * Reduces a history in which the whole first half breaks a promise: each run takes 1 s, or no time.
 */
async function reduceOne(faults: number, runMs: number): Promise<Reduction> {
  const names = Array.from({ length: faults }, (_, index) => `fault ${index}`);
  const needed = names.slice(0, faults / 2);
  let now = 0;
  const run: typeof runHistory = (seed, options) => {
    const without = options?.without ?? new Set<string>();
    now += runMs;
    const isBroken = !needed.some((name) => without.has(name));
    const struck = names.filter((name) => !without.has(name));
    const broken = isBroken ? { promise: 'P1', message: 'parted' } : undefined;
    const none = { steps: 0, crashes: 0, faults: 0, openings: 0, leftOut: 0, states: [] };
    return Promise.resolve({ seed, broken, struck, ...none });
  };
  const detail: { at: number; text: string }[] = [];
  const say = (text: string) => detail.push({ at: now, text });
  const reduced = await reduce(7, { run, say, now: () => now });
  return { reduced, endedAt: now, said: detail };
}

describe('P9: the reduction of a failing history', () => {
  it('ends when nothing that is left can be taken out', async () => {
    const { reduced } = await reduceOne(8, 0);
    expect(reduced.verdict.struck).toEqual(['fault 0', 'fault 1', 'fault 2', 'fault 3']);
    expect(reduced.isDone).toBe(true);
  });

  it('ends when its time is up, with what it has found so far', async () => {
    const { reduced, endedAt } = await reduceOne(8000, 1000);
    expect(endedAt).toBe(REDUCING_MS_MAX);
    expect(reduced.verdict.broken?.promise).toBe('P1');
    expect(reduced.verdict.struck).toHaveLength(4000);
    expect(reduced.isDone).toBe(false);
  });

  it('ends when its runs are up', async () => {
    const { reduced } = await reduceOne(8000, 0);
    expect(reduced.runs).toBe(REDUCING_RUNS_MAX);
    expect(reduced.isDone).toBe(false);
  });

  it('says how far it is, every 5 s', async () => {
    const { said: detail } = await reduceOne(8000, 1000);
    expect(detail.map(({ at }) => at / 1000)).toEqual([
      5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60,
    ]);
    expect(detail[0]?.text).toBe('4000 of 8000 requests and faults are left after 5 runs, 5 s');
  });
});
