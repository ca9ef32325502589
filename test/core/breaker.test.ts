/** The breaker, move by move. */
import { describe, expect, test } from 'vitest';
import {
  actedOn,
  admitTrial,
  type Breaker,
  closedBreaker,
  type HealthSignal,
  observe,
  revived,
  tick,
  tried,
} from '../../src/core/breaker/breaker.ts';
import { at, sampleOf, T0 } from './breaker-builders.ts';

function openedAt(now: number, openings = 1): Breaker {
  let breaker: Breaker = closedBreaker(T0 + now, openings - 1);
  breaker = observe(breaker, sampleOf(10), at(now));
  expect(breaker.kind).toBe('open');
  return breaker;
}

function halfOpenAt(now: number): Breaker {
  const open = openedAt(0);
  const halfOpen = tick(open, at(now));
  expect(halfOpen.kind).toBe('half_open');
  return halfOpen;
}

/** Lets as many trial calls through as it will. */
function admitAll(from: Breaker, now: number): { breaker: Breaker; calls: string[] } {
  const calls: string[] = [];
  let breaker = from;
  for (let admitted = admitTrial(breaker, at(now)); admitted !== undefined; ) {
    breaker = admitted.breaker;
    calls.push(admitted.call);
    admitted = admitTrial(breaker, at(now));
  }
  return { breaker, calls };
}

function answer(breaker: Breaker, healthSignal: HealthSignal, now: number): Breaker {
  return tried(breaker, { period: breaker.since, healthSignal }, at(now));
}

describe('a closed breaker', () => {
  test('opens at ten failures in a row, and says so', () => {
    const nine = observe(closedBreaker(T0), sampleOf(9), at(0));
    expect(nine.kind).toBe('closed');
    expect(observe(nine, sampleOf(1), at(0))).toMatchObject({
      kind: 'open',
      cause: '10 failures in a row',
    });
  });

  test('a success between them begins the row again', () => {
    const nine = observe(closedBreaker(T0), sampleOf(9), at(0));
    const between = observe(nine, { calls: 2, failures: 1, slow: 0, failuresInRow: 1 }, at(1));
    expect(observe(between, sampleOf(8), at(2)).kind).toBe('closed');
  });

  test('opens when half of the calls of the last while failed, if there were enough', () => {
    const mixed = { calls: 10, failures: 5, slow: 0, failuresInRow: 0 };
    const once = observe(closedBreaker(T0), mixed, at(0));
    expect(once.kind).toBe('closed');
    expect(observe(once, mixed, at(500))).toMatchObject({
      kind: 'open',
      cause: '10 of 20 calls failed in 10 s',
    });
    // Results older than the window no longer count.
    expect(observe(once, mixed, at(10_000)).kind).toBe('closed');
  });

  test('opens when half of the calls of the last while were slow, failed or not', () => {
    const slow = observe(closedBreaker(T0), sampleOf(0, 20, 10), at(0));
    expect(slow).toMatchObject({ kind: 'open', cause: '10 of 20 calls were slow in 10 s' });
    expect(observe(closedBreaker(T0), sampleOf(0, 20, 9), at(0)).kind).toBe('closed');
  });

  test('is not tripped by one call in five that fails, in any order, for 100,000 calls', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    let breaker: Breaker = closedBreaker(T0);
    for (let call = 0; call < 100_000; call++) {
      breaker = observe(breaker, random() < 0.2 ? sampleOf(1) : sampleOf(0, 1), at(call));
      if (breaker.kind !== 'closed') throw new Error(`open after ${call} calls`);
    }
  });
});

describe('an open breaker', () => {
  test('waits twice as long each time, up to the cap, half of it by chance', () => {
    for (const [openings, ceiling] of [
      [1, 1000],
      [2, 2000],
      [3, 4000],
      [4, 5000],
      [60, 5000],
    ] as const) {
      for (const random of [0, 0.5, 0.999]) {
        const closed = closedBreaker(T0, openings - 1);
        const open = observe(closed, sampleOf(10), at(0, random));
        const waitMs = (open as { until: number }).until - T0;
        expect(waitMs).toBeCloseTo(ceiling * (0.5 + random / 2), 3);
      }
    }
  });

  test('is not kept open by calls that end late', () => {
    const open = openedAt(0);
    expect(observe(open, sampleOf(100), at(1))).toBe(open);
  });

  test('keeps its first cause and what the last call said; failed trials are counted beside it', () => {
    const first = { ...sampleOf(10), lastError: 'connect ECONNREFUSED' };
    let breaker = observe(closedBreaker(T0), first, at(0));
    const outage = { cause: '10 failures in a row', lastError: 'connect ECONNREFUSED' };
    expect(breaker).toMatchObject({ kind: 'open', trialsFailed: 0, ...outage });
    for (let trial = 1; trial <= 2; trial++) {
      const halfOpen = tick(breaker, at(trial * 100_000));
      const period = halfOpen.since;
      const admitted = admitTrial(halfOpen, at(trial * 100_000))?.breaker ?? halfOpen;
      const bad = { period, healthSignal: 'bad', lastError: `500 try ${trial}` } as const;
      breaker = tried(admitted, bad, at(trial * 100_000));
      const kept = { cause: '10 failures in a row', lastError: `500 try ${trial}` };
      expect(breaker).toMatchObject({ kind: 'open', trialsFailed: trial, ...kept });
    }
  });

  test('starts over with the shortest wait only after staying closed for a while', () => {
    const closed = closedBreaker(T0, 3);
    expect(observe(closed, sampleOf(10), at(29_999))).toMatchObject({ openings: 4 });
    expect(observe(closed, sampleOf(10), at(30_000))).toMatchObject({ openings: 1 });
  });

  test('comes back from an earlier life with what is left of its wait, the cap at most', () => {
    const left = { openings: 4, cause: 'x', trialsFailed: 0 };
    expect(revived({ ...left, until: T0 + 300 }, at(0))).toMatchObject({ until: T0 + 300 });
    // The wall clock was set back meanwhile.
    expect(revived({ ...left, until: T0 + 10 ** 9 }, at(0))).toMatchObject({ until: T0 + 5000 });
    expect(tick(revived({ ...left, until: T0 - 10 ** 9 }, at(0)), at(0)).kind).toBe('half_open');
  });
});

describe('a half-open breaker', () => {
  test('lets one read through first, then the rest at once, and closes when all were good', () => {
    const first = admitAll(halfOpenAt(1000), 1000);
    expect(first.calls).toEqual(['read']);
    const second = admitAll(answer(first.breaker, 'good', 1001), 1001);
    expect(second.calls).toEqual(['any', 'any', 'any']);
    let { breaker } = second;
    for (let good = 0; good < 3; good++) {
      expect(breaker.kind).toBe('half_open');
      breaker = answer(breaker, 'good', 1002);
    }
    expect(breaker).toMatchObject({ kind: 'closed', since: T0 + 1002, openings: 1 });
  });

  test('opens at a bad read, and waits longer', () => {
    const { breaker } = admitAll(halfOpenAt(1000), 1000);
    expect(answer(breaker, 'bad', 1010)).toMatchObject({ kind: 'open', openings: 2 });
  });

  test('after it, opens at the share of bad ones that opens a closed one, and not before', () => {
    const { breaker } = admitAll(answer(admitAll(halfOpenAt(1000), 1000).breaker, 'good', 1), 1001);
    const once = answer(breaker, 'bad', 1010);
    expect(once.kind).toBe('half_open');
    // One more, in its place.
    expect(admitAll(once, 1010).calls).toEqual(['any']);
    expect(answer(once, 'bad', 1010)).toMatchObject({ kind: 'open', trialsFailed: 2 });
    const rest = admitAll(once, 1010).breaker;
    const good = [1, 2, 3].reduce((state) => answer(state, 'good', 1011), rest);
    expect(good.kind).toBe('closed');
  });

  test('makes a call again that said nothing', () => {
    const { breaker } = admitAll(halfOpenAt(1000), 1000);
    expect(admitAll(answer(breaker, 'none', 1001), 1001).calls).toEqual(['read']);
  });

  test('P9: opens when a call has no result in time', () => {
    const { breaker } = admitAll(halfOpenAt(1000), 1000);
    expect(tick(breaker, at(10_999))).toBe(breaker);
    expect(tick(breaker, at(11_000))).toMatchObject({
      kind: 'open',
      trialsFailed: 1,
      lastError: 'a trial call had no result',
    });
  });

  test('does not hear the results of an earlier trial', () => {
    const halfOpen = halfOpenAt(1000);
    const stale = tried(halfOpen, { period: halfOpen.since - 1, healthSignal: 'bad' }, at(1001));
    expect(stale).toBe(halfOpen);
  });
});

describe('an operator', () => {
  test('opens it until it is closed, whatever time and nodes say', () => {
    const forced = actedOn(closedBreaker(T0), 'open', T0);
    expect(tick(forced, at(10 ** 9))).toBe(forced);
    expect(observe(forced, sampleOf(0, 100), at(1))).toBe(forced);
    expect(admitTrial(forced, at(1))).toBeUndefined();
    expect(actedOn(forced, 'open', T0 + 5)).toBe(forced);
    expect(actedOn(forced, 'close', T0 + 5).kind).toBe('closed');
  });

  test('closes it, its openings remembered; resets it, its openings forgotten', () => {
    expect(actedOn(openedAt(0, 3), 'close', T0)).toMatchObject({ kind: 'closed', openings: 3 });
    expect(actedOn(openedAt(0, 3), 'reset', T0)).toMatchObject({ kind: 'closed', openings: 0 });
  });
});
