import { expect, test } from 'vitest';
import { SettledCounts } from '../../src/coordinator/notify/settled-counts.ts';

test('every op, lane and outcome is counted from the start, with nothing in it', () => {
  const { durations, byState } = new SettledCounts();
  expect(durations).toHaveLength(16);
  expect(durations.flatMap((one) => one.durations.counts).some((count) => count > 0)).toBe(false);
  expect(byState).toEqual({});
});
