/**
 * Some histories of the whole daemon in each test run: a fixed set, and as many new ones. `npm run
 * simulate` runs any number of them, or repeats one.
 */
import { describe, expect, it } from 'vitest';
import { PATIENCE_MS } from './clients.ts';
import { fingerprint, runHistory } from './history.ts';
import { reduce, traceOf } from './reduce.ts';
import { Tally } from './tally.ts';

const FIXED = 600;
const NEW = 600;
/** Far more time than it needs (160 a second on one core): the machine may be busy. */
const TIMEOUT_MS = 180_000;
const SEEDS = 2 ** 32;

/** Throws with all data that is needed to repeat the violation. */
async function judge(seed: number, tally: Tally): Promise<void> {
  const verdict = await runHistory(seed);
  tally.add(verdict);
  if (verdict.broken === undefined) return;
  console.log(`seed ${seed} breaks ${verdict.broken.promise}; reducing it`);
  const { without } = await reduce(seed, { say: console.log });
  const course = await traceOf(seed, without);
  throw new Error(
    `${course.join('\n')}\n${verdict.broken.promise}: ${verdict.broken.message}\n` +
      `again: npm run simulate -- --seed ${seed}`,
  );
}

describe('the daemon in virtual time, whatever fails', () => {
  it(
    'P1–P7: hold, and everything settles once nothing fails',
    async () => {
      const tally = new Tally();
      const fresh = Math.floor(Math.random() * SEEDS);
      console.log(`${NEW} new seeds from ${fresh}`);
      for (let seed = 0; seed < FIXED; seed++) await judge(seed, tally);
      for (let index = 0; index < NEW; index++) await judge((fresh + index) % SEEDS, tally);
      console.log(tally.text, tally.rate);
      // A simulation without events proves nothing.
      expect(tally.endings).toBeGreaterThan(tally.seeds);
      expect(tally.faults).toBeGreaterThan(10 * tally.seeds);
      expect(tally.openings).toBeGreaterThan(tally.seeds / 4);
      expect(tally.leftOut).toBeGreaterThan(tally.seeds / 50);
      for (const state of ['committed', 'rolled_back', 'refused', 'abandoned']) {
        expect(tally.states[state], state).toBeGreaterThan(tally.seeds / 100);
      }
    },
    TIMEOUT_MS,
  );

  it('one seed is one history, to the last word', { timeout: TIMEOUT_MS }, async () => {
    const prints = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const print = await fingerprint(seed);
      expect(await fingerprint(seed)).toBe(print);
      prints.add(print);
    }
    expect(prints.size).toBe(40);
  });

  it('a client repeats what it has no answer to, at once only after a restart or an expiry', async () => {
    let repeats = 0;
    for (let seed = 0; seed < 300; seed++) {
      const lastAsked = new Map<string, number>();
      for (const line of await traceOf(seed)) {
        const [, time, number] = /^ *([\d.]+) client asks (\d+):/.exec(line) ?? [];
        if (line.endsWith('the daemon is ready')) lastAsked.clear();
        const expired = /daemon answers (\d+):.*"code":"expired"/.exec(line)?.[1];
        if (expired !== undefined) lastAsked.delete(expired);
        if (number === undefined) continue;
        const before = lastAsked.get(number);
        if (before !== undefined) {
          expect(Number(time) - before, line).toBeGreaterThanOrEqual(PATIENCE_MS);
          repeats++;
        }
        lastAsked.set(number, Number(time));
      }
    }
    expect(repeats).toBeGreaterThan(300);
  });

  it('a fault that is removed from a history is no longer in it, and the others may be', async () => {
    const isExchange = (name: string) => name.startsWith('exchange');
    let seed = 0;
    while ((await runHistory(seed)).struck.filter(isExchange).length < 10) seed++;
    const { struck } = await runHistory(seed);
    const fault = struck.find(isExchange) ?? '';
    const fewer = await runHistory(seed, { without: new Set([fault]) });
    expect(fewer.struck).not.toContain(fault);
    expect(fewer.struck.filter((name) => struck.includes(name)).length).toBeGreaterThan(5);
    expect(fewer.broken).toBeUndefined();
  });
});
