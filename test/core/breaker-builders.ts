/** Builders for the tests of the breaker. */
import type { BreakerContext, BreakerPolicy, Sample } from '../../src/core/breaker/breaker.ts';

export const POLICY: BreakerPolicy = {
  failuresInRow: 10,
  windowMs: 10_000,
  volumeMin: 20,
  failureShare: 0.5,
  slowShare: 0.5,
  coolOffMs: 1000,
  coolOffCapMs: 5000,
  trialCalls: 4,
  trialTimeoutMs: 10_000,
};
export const T0 = 1_790_000_000_000;

export const at = (now: number, random = 0.5): BreakerContext => ({
  now: T0 + now,
  random: () => random,
  policy: POLICY,
});

export function sampleOf(failures: number, successes = 0, slow = 0): Sample {
  const calls = failures + successes;
  return { calls, failures, slow, failuresInRow: successes > 0 ? 0 : failures };
}
