/** When silence is a hang: the rules of the timeouts, without a thread. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reading } from '../../src/lifecycle/beats.ts';
import {
  firstPulse,
  type HangTimeouts,
  nextPulse,
  type Pulse,
  troubleOf,
} from '../../src/lifecycle/pulse.ts';

const LOOK_MS = 500;
const PATIENCE: HangTimeouts = { hangAfterMs: 4000, startMs: 30_000, journalMs: 20_000 };
const WORKING: Reading = { beats: 1, progress: 1, activity: 'working' };

/** Looks that see this, one after the other; `elapsedMs` apart. */
function watch(readings: readonly Reading[], elapsedMs = LOOK_MS): Pulse {
  const [first = WORKING, ...rest] = readings;
  return rest.reduce<Pulse>(
    (pulse, reading) => nextPulse(pulse, reading, { elapsedMs, lookMs: LOOK_MS }),
    firstPulse(first),
  );
}

const silence = (looks: number, reading: Reading = WORKING): readonly Reading[] =>
  Array.from({ length: looks + 1 }, () => reading);
const beating = (looks: number, reading: Reading = WORKING): readonly Reading[] =>
  Array.from({ length: looks + 1 }, (_, beats) => ({ ...reading, beats }));

describe('P8: a loop', () => {
  test('that does not turn for hangAfterMs hangs, and not before', () => {
    expect(troubleOf(watch(silence(7)), PATIENCE)).toBeUndefined();
    expect(troubleOf(watch(silence(8)), PATIENCE)).toBe('hung');
  });

  test('that turns, but gets nowhere for as long, is stalled', () => {
    expect(troubleOf(watch(beating(7)), PATIENCE)).toBeUndefined();
    expect(troubleOf(watch(beating(8)), PATIENCE)).toBe('stalled');
  });

  test('that has not begun to work, or was ordered to end, need not get anywhere', () => {
    expect(troubleOf(watch(beating(99, { ...WORKING, progress: 0 })), PATIENCE)).toBeUndefined();
    const stopping = beating(99, { ...WORKING, activity: 'stopping' });
    expect(troubleOf(watch(stopping), PATIENCE)).toBeUndefined();
  });

  test('that was ordered to end, and does not turn, hangs', () => {
    const stopping = silence(8, { ...WORKING, activity: 'stopping' });
    expect(troubleOf(watch(stopping), PATIENCE)).toBe('hung');
  });

  test('that starts, or waits for the disk, gets more time, but not forever', () => {
    for (const [activity, limitMs] of [
      ['starting', 30_000],
      ['journal', 20_000],
    ] as const) {
      const looks = limitMs / LOOK_MS;
      const reading: Reading = { beats: 1, progress: 0, activity };
      expect(troubleOf(watch(silence(looks - 1, reading)), PATIENCE)).toBeUndefined();
      expect(troubleOf(watch(silence(looks, reading)), PATIENCE)).toBe('hung');
    }
  });
});

describe('no false alarm', () => {
  test('a gap in the watching, however long, counts as one look at most', () => {
    const hour = 60 * 60 * 1000;
    expect(troubleOf(watch(silence(3), hour), PATIENCE)).toBeUndefined();
    expect(watch(silence(3), hour).silentMs).toBe(3 * LOOK_MS);
  });

  test('one beat, or one step of progress, is all it takes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), fc.nat(10_000), (beats, elapsedMs) => {
        let reading = WORKING;
        let pulse = firstPulse(reading);
        for (const beaten of beats) {
          const step = beaten ? 1 : 0;
          reading = { ...reading, beats: reading.beats + step, progress: reading.progress + step };
          pulse = nextPulse(pulse, reading, { elapsedMs, lookMs: LOOK_MS });
          if (beaten) expect(pulse).toMatchObject({ silentMs: 0, idleMs: 0 });
          expect(pulse.silentMs).toBeLessThanOrEqual(beats.length * 2 * LOOK_MS);
        }
      }),
    );
  });

  test('a counter that wraps around is a counter that moves', () => {
    const edge = { beats: 2 ** 31 - 1, progress: 2 ** 31 - 1, activity: 'working' } as const;
    const wrapped = { ...edge, beats: -(2 ** 31), progress: -(2 ** 31) };
    expect(watch([edge, wrapped])).toMatchObject({ silentMs: 0, idleMs: 0 });
  });
});
