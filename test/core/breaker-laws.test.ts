/** The laws of the breaker, over random lives: samples, time, trials and operators in any order. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  actedOn,
  admitTrial,
  type Breaker,
  type BreakerAct,
  type BreakerContext,
  closedBreaker,
  type HealthSignal,
  observe,
  tick,
  tried,
} from '../../src/core/breaker/breaker.ts';
import { at, POLICY, sampleOf, T0 } from './breaker-builders.ts';

type Move =
  | { readonly kind: 'sample'; readonly failures: number; readonly successes: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'admit' }
  | { readonly kind: 'result'; readonly healthSignal: HealthSignal }
  | { readonly kind: 'act'; readonly act: BreakerAct };

const MOVES: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('sample' as const),
      failures: fc.nat(12),
      successes: fc.nat(12),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(3000) }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'admit' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('result' as const),
      healthSignal: fc.constantFrom<HealthSignal>('good', 'good', 'good', 'bad', 'none'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('act' as const),
      act: fc.constantFrom<BreakerAct>('open', 'close', 'reset'),
    }),
  },
);

describe('over any life', () => {
  test('it keeps its minimums, its bounds on trials and its bounds on waiting', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(MOVES, { maxLength: 80 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        walk,
      ),
      { numRuns: 500 },
    );
    // Else the laws say little.
    expect([...seen].sort()).toEqual(['closed', 'forced', 'half_open', 'open']);

    function walk(moves: readonly Move[], random: number): void {
      let breaker: Breaker = closedBreaker(T0);
      let now = 0;
      let failures = 0;
      let running = 0;
      for (const move of moves) {
        const before: Breaker = breaker;
        if (move.kind === 'pass') now += move.ms;
        if (move.kind === 'sample' && before.kind === 'closed') failures += move.failures;
        breaker = moved(before, move, at(now, random));
        if (before.kind !== breaker.kind || before.since !== breaker.since) running = 0;
        if (move.kind === 'admit' && breaker !== before && breaker.kind === 'half_open') running++;
        if (move.kind === 'result' && running > 0 && breaker.kind === 'half_open') running--;
        seen.add(breaker.kind);
        check(before, breaker, now);
        if (breaker.kind === 'open' && before.kind === 'closed') {
          // Never below the least: ten in a row, or half of twenty.
          expect(failures).toBeGreaterThanOrEqual(10);
        }
        if (before.kind !== 'closed' && breaker.kind === 'closed') failures = 0;
        if (breaker.kind === 'half_open') {
          expect(breaker.running).toBe(running);
          expect(running).toBeLessThanOrEqual(Math.max(1, POLICY.trialCalls - breaker.passed));
          expect(breaker.passed).toBeLessThan(POLICY.trialCalls);
        }
      }
    }

    function moved(breaker: Breaker, move: Move, context: BreakerContext): Breaker {
      switch (move.kind) {
        case 'sample':
          return observe(breaker, sampleOf(move.failures, move.successes), context);
        case 'pass':
          return tick(breaker, context);
        case 'admit':
          return admitTrial(breaker, context)?.breaker ?? breaker;
        case 'result':
          // No result comes without a call.
          if (breaker.kind !== 'half_open' || breaker.running === 0) return breaker;
          return tried(
            breaker,
            { period: breaker.since, healthSignal: move.healthSignal },
            context,
          );
        case 'act':
          return actedOn(breaker, move.act, context.now);
      }
    }

    function check(before: Breaker, after: Breaker, now: number): void {
      expect(after.since).toBeLessThanOrEqual(T0 + now);
      if (after.kind !== 'open') return;
      const waitMs = after.until - after.since;
      expect(waitMs).toBeGreaterThanOrEqual(POLICY.coolOffMs / 2);
      expect(waitMs).toBeLessThanOrEqual(POLICY.coolOffCapMs);
      // It waits to the end.
      if (before.kind === 'half_open') expect(before.since).toBeLessThanOrEqual(after.since);
    }
  });
});
