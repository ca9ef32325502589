/** The time until which a daemon may call nodes (docs/decisions/075). */
import { expect, test } from 'vitest';
import { later } from '../../src/base/time/instant.ts';
import { newTrust, Trust } from '../../src/lifecycle/guards/trust.ts';

const START = { steady: 1000.5, wall: 1_790_000_000_000 };

function trusted(): Trust {
  const cell = newTrust();
  new Trust(cell).extend(later(START, 5500));
  // Of another thread.
  return new Trust(cell);
}

test('P1: nobody is trusted before the first change is confirmed', () => {
  expect(new Trust(newTrust()).holdsAt(START)).toBe(false);
});

test('P1: trust ends in time by the steady clock, also when the wall clock is set back', () => {
  const trust = trusted();
  expect(trust.holdsAt(later(START, 5499))).toBe(true);
  expect(trust.holdsAt(later(START, 5500))).toBe(false);
  expect(trust.holdsAt({ steady: START.steady + 5500, wall: START.wall - 3_600_000 })).toBe(false);
});

test('P1: trust does not outlive a suspend, during which the steady clock stands still', () => {
  const trust = trusted();
  expect(trust.holdsAt({ steady: START.steady + 10, wall: START.wall + 60_000 })).toBe(false);
});

test('P1: the next confirmed change renews it, by the clocks as they are then', () => {
  const trust = trusted();
  const setBack = { steady: START.steady + 7000, wall: START.wall - 3_600_000 };
  trust.extend(later(setBack, 5500));
  expect(trust.holdsAt(later(setBack, 5499))).toBe(true);
  expect(trust.holdsAt(later(setBack, 5500))).toBe(false);
});
