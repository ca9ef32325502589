import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { scheduleRestart } from '../../src/lifecycle/guards/scheduled-restart.ts';

const HOUR_MS = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** When it was due, in hours. */
function dueAfter(afterHours: number, chance: number): number | undefined {
  let due: number | undefined;
  const begun = performance.now();
  scheduleRestart({ afterHours, chance, onDue: () => (due = performance.now() - begun) });
  vi.advanceTimersByTime(2 * afterHours * HOUR_MS);
  return due === undefined ? undefined : due / HOUR_MS;
}

test('it is due after its hours, or up to a tenth sooner', () => {
  expect(dueAfter(24, 0)).toBeCloseTo(24, 3);
  expect(dueAfter(24, 0.5)).toBeCloseTo(22.8, 3);
  expect(dueAfter(24, 1)).toBeCloseTo(21.6, 3);
});

test('more hours than a timer can hold (596) are not too long for it', () => {
  expect(dueAfter(1400, 0)).toBeCloseTo(1400, 3);
});

test('0 is never, and takes no timer', () => {
  expect(dueAfter(0, 0)).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});
