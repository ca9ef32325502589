import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { clockBase, steadyClock } from '../../src/lifecycle/clock.ts';
import { atTime } from '../../src/lifecycle/timer.ts';

describe('the steady clock', () => {
  test('is the wall clock at its start, and continues at the pace of time', () => {
    const before = Date.now();
    const now = steadyClock(clockBase());
    const first = now();
    expect(first).toBeGreaterThanOrEqual(before - 1);
    expect(first).toBeLessThanOrEqual(Date.now() + 2);
    let last = first;
    for (let count = 0; count < 10_000; count++) {
      const next = now();
      expect(next).toBeGreaterThanOrEqual(last);
      last = next;
    }
  });

  test('does not move when the wall clock is set', () => {
    const now = steadyClock(clockBase());
    const before = now();
    vi.spyOn(Date, 'now').mockReturnValue(0);
    expect(now() - before).toBeLessThan(1000);
    vi.restoreAllMocks();
  });

  test('means the same in all threads, to within 2 ms', async () => {
    const base = clockBase();
    const now = steadyClock(base);
    const worker = new Worker(new URL('./programs/clock-thread.ts', import.meta.url), {
      workerData: base,
    });
    await once(worker, 'message');
    const differences: number[] = [];
    for (let count = 0; count < 50; count++) {
      const asked = now();
      worker.postMessage('now');
      const [there] = (await once(worker, 'message')) as [number];
      const heard = now();
      // Whatever the way took: its reading lies between ours.
      differences.push(Math.max(asked - there, there - heard));
    }
    await worker.terminate();
    expect(Math.max(...differences)).toBeLessThan(2);
  });
});

describe('atTime', () => {
  test('acts at the time or later, and never within the call', async () => {
    const now = steadyClock(clockBase());
    const at = atTime(now);
    const start = now();
    const acts: [string, number][] = [];
    const done = Promise.withResolvers<void>();
    const note = (name: string) => () => acts.push([name, now() - start]);
    at(start + 30, () => {
      note('third')();
      done.resolve();
    });
    at(start + 10, note('second'));
    at(start - 5, note('first'));
    expect(acts).toEqual([]);
    const alive = setInterval(() => {}, 1000);
    await done.promise;
    clearInterval(alive);
    for (const [name, due] of [
      ['first', 0],
      ['second', 10],
      ['third', 30],
    ] as const) {
      expect(acts.find((act) => act[0] === name)?.[1]).toBeGreaterThan(due - 2);
    }
  });

  test('a cancelled action does not run, now or later', async () => {
    const now = steadyClock(clockBase());
    const at = atTime(now);
    const act = vi.fn();
    at(now(), act)();
    at(now() + 5, act)();
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 20);
    await promise;
    expect(act).not.toHaveBeenCalled();
  });

  test('a time too far for a timer does not act at once', async () => {
    const now = steadyClock(clockBase());
    const at = atTime(now);
    const act = vi.fn();
    const cancels = [2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY].map((far) => at(now() + far, act));
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 20);
    await promise;
    expect(act).not.toHaveBeenCalled();
    for (const cancel of cancels) cancel();
  });

  describe('far away', () => {
    const FAR_MS = 1700;
    let at: ReturnType<typeof atTime>;
    let acts: string[];
    /** Moves with the timers. */
    const now = () => vi.getMockedSystemTime()?.getTime() ?? Number.NaN;

    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
      vi.setSystemTime(Date.now());
      at = atTime(now);
      acts = [];
    });

    afterEach(() => {
      expect(vi.getTimerCount()).toBe(0);
      vi.useRealTimers();
    });

    const plan = (name: string, inMs: number) => at(now() + inMs, () => acts.push(name));

    test('acts at its time, once', () => {
      plan('late', FAR_MS + 300);
      plan('far', FAR_MS);
      vi.advanceTimersByTime(FAR_MS - 1);
      expect(acts).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(acts).toEqual(['far']);
      vi.advanceTimersByTime(300);
      expect(acts).toEqual(['far', 'late']);
      vi.advanceTimersByTime(FAR_MS);
      expect(acts).toEqual(['far', 'late']);
    });

    test('a cancelled action does not run, even after other cancellations', () => {
      const [first, , third] = ['first', 'second', 'third'].map((name) => plan(name, FAR_MS));
      first?.();
      first?.();
      third?.();
      vi.advanceTimersByTime(2 * FAR_MS);
      expect(acts).toEqual(['second']);
    });

    test('an action that is cancelled shortly before its time does not run either', () => {
      const cancel = plan('near', FAR_MS);
      vi.advanceTimersByTime(FAR_MS - 100);
      cancel();
      vi.advanceTimersByTime(FAR_MS);
      expect(acts).toEqual([]);
    });
  });

  test('holds no thread alive', async () => {
    const worker = new Worker(new URL('./programs/clock-thread.ts', import.meta.url), {
      workerData: clockBase(),
    });
    await once(worker, 'message');
    worker.postMessage('wait a day');
    const [code] = (await once(worker, 'exit')) as [number];
    expect(code).toBe(0);
  });
});
