/**
 * The promises, in whole histories: the production core between simulated nodes that fail in every
 * way the design names and a daemon that crashes anywhere.
 *
 * `HISTORIES=5000000` runs as many; `SEED=123` runs that one history and shows its course.
 */
import { describe, expect, it } from 'vitest';
import { runHistory, type Verdict } from './history.ts';

const SEED = process.env['SEED'];
const HISTORIES = Number(process.env['HISTORIES'] ?? 20_000);
/** At a rate far below what was measured (16,000 histories a second). */
const TIMEOUT_MS = 20_000 + HISTORIES;

/** Throws with all data that is needed to repeat the violation. */
function judge(seed: number, { violation }: Verdict): void {
  if (violation === undefined) return;
  const trace: string[] = [];
  const { setting } = runHistory(seed, { trace });
  const course = [...trace.slice(-200), JSON.stringify(setting)].join('\n');
  throw new Error(`${course}\nSEED=${seed}: ${violation.message}`, { cause: violation });
}

function runMany(): void {
  // Half of them are always the same; the others are new with every run.
  const fresh = Date.now() % 1_000_000_000;
  const settled = new Map<string, number>();
  let crashes = 0;
  for (let index = 0; index < HISTORIES; index++) {
    const seed = index % 2 === 0 ? index / 2 : fresh + index;
    const verdict = runHistory(seed);
    judge(seed, verdict);
    crashes += verdict.crashes;
    for (const state of verdict.states) settled.set(state, (settled.get(state) ?? 0) + 1);
  }
  // A model without events proves nothing.
  expect(crashes).toBeGreaterThan(HISTORIES / 4);
  for (const state of ['committed', 'rolled_back', 'refused', 'abandoned']) {
    expect(settled.get(state), state).toBeGreaterThan(HISTORIES / 200);
  }
}

describe('a key, its nodes and the daemon, in many histories', () => {
  if (SEED === undefined) {
    it('P1–P6: hold whatever fails, and all settles once nothing does', runMany, TIMEOUT_MS);
  } else {
    it(`P1–P6: hold in history ${SEED}`, () => {
      const trace: string[] = [];
      const verdict = runHistory(Number(SEED), { trace });
      console.log(trace.join('\n'));
      judge(Number(SEED), verdict);
    });
  }

  it('one seed is one history', () => {
    for (let seed = 0; seed < 50; seed++) {
      const [first, second]: [string[], string[]] = [[], []];
      runHistory(seed, { trace: first });
      runHistory(seed, { trace: second });
      expect(second).toEqual(first);
      expect(first.length).toBeGreaterThan(0);
    }
  });
});
