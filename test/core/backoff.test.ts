import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextAttemptAt } from '../../src/core/backoff.ts';
import { contextOf, NOW, TOKENS } from './builders.ts';

const FAILURES = fc.integer({ min: 1, max: 100_000 });
const CHANCE = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const WISH = fc.integer({ min: 0, max: 1e12 });
const { backoffBaseMs, backoffCapMs, retryAfterCapMs } = TOKENS;

describe('the backoff', () => {
  it('P9: is from nothing to the cap, however often it failed', () => {
    fc.assert(
      fc.property(FAILURES, CHANCE, (failures, chance) => {
        const wait = nextAttemptAt(failures, 0, contextOf({ random: () => chance })) - NOW;
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(backoffCapMs);
      }),
    );
  });

  it('grows twofold from the base to the cap, with full jitter', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7].map(
      (failures) => nextAttemptAt(failures, 0, contextOf({ random: () => 0.5 })) - NOW,
    );
    expect(waits).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
    expect(nextAttemptAt(1, 0, contextOf({ random: () => 0 }))).toBe(NOW);
    expect(backoffBaseMs).toBe(100);
  });

  it('honours Retry-After up to its own cap, and never comes earlier than that', () => {
    fc.assert(
      fc.property(FAILURES, CHANCE, WISH, (failures, chance, wish) => {
        const wait = nextAttemptAt(failures, wish, contextOf({ random: () => chance })) - NOW;
        expect(wait).toBeGreaterThanOrEqual(Math.min(wish, retryAfterCapMs));
        expect(wait).toBeLessThanOrEqual(Math.max(backoffCapMs, retryAfterCapMs));
      }),
    );
  });
});
