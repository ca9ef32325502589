import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bulkhead, type Waiter } from '../../src/node/bulkhead.ts';

type Leave = () => void;

describe('the bulkhead', () => {
  test('P9: never lets in more than its limit, each to a slot of its own, in order, and keeps none for one that has left', () => {
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

  test('a slot without a waiter rests before it is taken again', () => {
    const overs: (() => void)[] = [];
    const bulkhead = new Bulkhead([0, 1], { rest: (over) => overs.push(over) });
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

  test('P5: urgent waiters take the slot kept for them, go before others, and no other takes that slot', () => {
    const bulkhead = new Bulkhead([0], { kept: 9 });
    const started: string[] = [];
    const note = (name: string) => (slot: number) => void started.push(`${name} ${slot}`);
    const leaveA = enter(bulkhead, note('a'));
    enter(bulkhead, note('b'));
    const leaveUrgent = enterUrgent(bulkhead, note('urgent'));
    expect(started).toEqual(['a 0', 'urgent 9']);
    const leaveSecond = enterUrgent(bulkhead, note('second'));
    leaveA();
    expect(started.at(-1)).toBe('second 0');
    // The slot of the urgent one is free, and b still waits.
    leaveUrgent();
    expect(started).toHaveLength(3);
    const leaveThird = enterUrgent(bulkhead, note('third'));
    expect(started.at(-1)).toBe('third 9');
    leaveSecond();
    expect(started.at(-1)).toBe('b 0');
    const fourth = enterUrgent(bulkhead, note('fourth'));
    fourth();
    leaveThird();
    expect(started).toHaveLength(5);
  });

  test('P6: while urgent waiters keep coming, every second slot goes to another', () => {
    const bulkhead = new Bulkhead([0], { kept: 9 });
    const started: string[] = [];
    let leave = enter(bulkhead, () => {});
    const leaves = new Map<string, Leave>();
    enterUrgent(bulkhead, () => {});
    for (const name of ['a', 'b', 'c']) {
      leaves.set(
        name,
        enter(bulkhead, () => started.push(name)),
      );
    }
    for (const name of ['A', 'B', 'C', 'D']) {
      leaves.set(
        name,
        enterUrgent(bulkhead, () => started.push(name)),
      );
    }
    for (let count = 1; count <= 7; count++) {
      leave();
      leave = leaves.get(started.at(-1) ?? '') ?? leave;
    }
    expect(started).toEqual(['A', 'a', 'B', 'b', 'C', 'c', 'D']);
  });

  test('an urgent waiter takes a usual slot where one is free', () => {
    const bulkhead = new Bulkhead([0], { kept: 9 });
    const slots: number[] = [];
    enterUrgent(bulkhead, (slot) => slots.push(slot));
    enterUrgent(bulkhead, (slot) => slots.push(slot));
    expect(slots).toEqual([0, 9]);
  });

  test('P9: never two in one slot, in any order of entering and leaving, and all enter once all leave', () => {
    const act = fc.oneof(fc.constantFrom('enter' as const, 'urgent' as const), fc.nat(30));
    fc.assert(
      fc.property(fc.array(act, { maxLength: 120 }), (acts) => {
        const bulkhead = new Bulkhead([0, 1], { kept: 9 });
        const inside = new Map<number, number>();
        const started = new Set<number>();
        const leaves: Leave[] = [];
        for (const one of acts) {
          if (typeof one === 'number') {
            inside.delete(one);
            leaves[one]?.();
            continue;
          }
          const visitor = leaves.length;
          const begin = (slot: number) => {
            expect([...inside.values()]).not.toContain(slot);
            if (one === 'enter') expect(slot).not.toBe(9);
            inside.set(visitor, slot);
            started.add(visitor);
          };
          leaves.push((one === 'urgent' ? enterUrgent : enter)(bulkhead, begin));
        }
        const late: number[] = [];
        for (const index of leaves.keys()) {
          inside.delete(index);
          leaves[index]?.();
        }
        for (const count of [0, 1]) enter(bulkhead, () => late.push(count));
        enterUrgent(bulkhead, () => late.push(2));
        expect(late).toEqual([0, 1, 2]);
      }),
    );
  });

  test('100,000 that wait in one cost no more than a thousand in each of a hundred', () => {
    const timeFor = (bulkheads: number) => {
      const began = performance.now();
      // All wait before the first goes on, so that both cases need the same memory.
      const drains = Array.from({ length: bulkheads }, () => waitInOne(100_000 / bulkheads));
      for (const drain of drains) drain();
      return performance.now() - began;
    };
    // The best of several tries: time that a busy machine adds does not count.
    const bestFor = (bulkheads: number) =>
      Math.min(...Array.from({ length: 5 }, () => timeFor(bulkheads)));
    // About the same; forty times as much with a Set for a queue, as it looks through what has left.
    expect(bestFor(1)).toBeLessThan(10 * bestFor(100) + 100);
  });
});

function enter(bulkhead: Bulkhead<number>, start: (place: number) => void): Leave {
  return enterAs(bulkhead, { isUrgent: false, start });
}

function enterUrgent(bulkhead: Bulkhead<number>, start: (place: number) => void): Leave {
  return enterAs(bulkhead, { isUrgent: true, start });
}

function enterAs(
  bulkhead: Bulkhead<number>,
  asked: Pick<Waiter<number>, 'isUrgent' | 'start'>,
): Leave {
  const visitor = { ...asked, slot: undefined, hasLeft: false };
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
