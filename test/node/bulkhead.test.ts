import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bulkhead } from '../../src/node/bulkhead.ts';

type Leave = () => void;

describe('the bulkhead', () => {
  test('P9: never lets in more than its limit, each to a place of its own, in order, and keeps none for who has left', () => {
    const act = fc.oneof(fc.constant('enter' as const), fc.nat(30));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(act, { maxLength: 120 }),
        (limit, acts) => {
          const bulkhead = new Bulkhead(Array.from({ length: limit }, (_, place) => place));
          const leaves: Leave[] = [];
          const started: number[] = [];
          const placeOf = new Map<number, number>();
          let inside: number[] = [];
          let waiting: number[] = [];
          const admit = () => {
            while (inside.length < limit && waiting.length > 0) {
              inside.push(waiting.shift() as number);
            }
          };
          for (const one of acts) {
            if (one === 'enter') {
              const visitor = leaves.length;
              waiting.push(visitor);
              leaves.push(
                enter(bulkhead, (place) => {
                  started.push(visitor);
                  placeOf.set(visitor, place);
                }),
              );
            } else {
              leaves[one]?.();
              inside = inside.filter((visitor) => visitor !== one || leaves.length <= one);
              waiting = waiting.filter((visitor) => visitor !== one);
            }
            admit();
            expect(new Set(started).size).toBe(started.length);
            expect(inside.every((visitor) => started.includes(visitor))).toBe(true);
            expect(waiting.some((visitor) => started.includes(visitor))).toBe(false);
            expect(inside.length).toBeLessThanOrEqual(limit);
            const places = inside.map((visitor) => placeOf.get(visitor));
            expect(new Set(places).size).toBe(inside.length);
          }
          expect(started).toEqual([...started].sort((a, b) => a - b));
        },
      ),
    );
  });

  test('leaving twice gives one place back', () => {
    const bulkhead = new Bulkhead([0]);
    const leave = enter(bulkhead, () => {});
    const started: string[] = [];
    const second = enter(bulkhead, () => started.push('second'));
    enter(bulkhead, () => started.push('third'));
    leave();
    leave();
    expect(started).toEqual(['second']);
    second();
    expect(started).toEqual(['second', 'third']);
  });

  test('a place that nobody waited for rests before it is taken again', () => {
    const overs: (() => void)[] = [];
    const bulkhead = new Bulkhead([0, 1], (over) => overs.push(over));
    const started: string[] = [];
    const leaves = ['a', 'b'].map((name) => enter(bulkhead, () => started.push(name)));
    for (const leave of leaves) leave();
    enter(bulkhead, () => started.push('c'));
    expect(started).toEqual(['a', 'b']);
    expect(overs).toHaveLength(1);
    overs[0]?.();
    expect(started).toEqual(['a', 'b', 'c']);
    const last = enter(bulkhead, () => started.push('d'));
    enter(bulkhead, () => started.push('e'));
    last();
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('100,000 that wait in one cost no more than a thousand in each of a hundred', () => {
    const timeFor = (bulkheads: number) => {
      const began = performance.now();
      // All wait before the first goes on, so that both cases need the same memory.
      const drains = Array.from({ length: bulkheads }, () => waitInOne(100_000 / bulkheads));
      for (const drain of drains) drain();
      return performance.now() - began;
    };
    // The best of some tries: what a busy machine adds is not the bulkhead's.
    const bestFor = (bulkheads: number) =>
      Math.min(...Array.from({ length: 5 }, () => timeFor(bulkheads)));
    // About the same; forty times as much with a Set for a queue, as it looks through what has left.
    expect(bestFor(1)).toBeLessThan(10 * bestFor(100) + 100);
  });
});

function enter(bulkhead: Bulkhead<number>, start: (place: number) => void): Leave {
  const visitor = { slot: undefined, hasLeft: false, start };
  bulkhead.enter(visitor);
  return () => bulkhead.leave(visitor);
}

/** All wait for one slot; the returned function lets them go through one by one. */
function waitInOne(waiting: number): () => void {
  const bulkhead = new Bulkhead([0]);
  const first: Leave = enter(bulkhead, () => {});
  let started = 0;
  const leaves = Array.from({ length: waiting }, () => enter(bulkhead, () => started++));
  return () => {
    let current = first;
    for (const leave of leaves) {
      current();
      current = leave;
    }
    expect(started).toBe(waiting);
  };
}
