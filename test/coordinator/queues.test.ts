import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fifo } from '../../src/base/queues/fifo.ts';
import { LinkedQueue, type Queued } from '../../src/coordinator/queue/linked-queue.ts';

interface Item extends Queued<Item> {
  readonly name: number;
}

function itemOf(name: number): Item {
  return { name, queue: undefined, before: undefined, after: undefined };
}

const moves = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.constant('push') }, fc.constant('shift')),
  {
    maxLength: 5000,
    size: 'max',
  },
);

describe('Fifo', () => {
  test('gives what an array gives, in the same order, however it grows and shrinks', () => {
    fc.assert(
      fc.property(moves, fc.nat(3000), (all, drained) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        for (const [index, move] of all.entries()) {
          if (move === 'push') {
            fifo.push(index);
            model.push(index);
          } else {
            expect(fifo.shift()).toBe(model.shift());
          }
          expect(fifo.size).toBe(model.length);
          expect(fifo.first).toBe(model[0]);
        }
        for (let index = 0; index < drained; index++) expect(fifo.shift()).toBe(model.shift());
        expect(fifo.size).toBe(model.length);
      }),
      { numRuns: 20 },
    );
  });

  test('100,000 in and out are quick', () => {
    const fifo = new Fifo<number>();
    const began = performance.now();
    for (let index = 0; index < 100_000; index++) fifo.push(index);
    for (let index = 0; index < 100_000; index++) fifo.shift();
    expect(fifo.shift()).toBeUndefined();
    // 5 ms here; an array's own shift takes some seconds.
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('a linked queue', () => {
  const acts = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('push' as const) },
      fc.constant('shift' as const),
      fc.nat(30),
    ),
    { maxLength: 300 },
  );

  test('gives what an array gives, also when some leave from the middle', () => {
    fc.assert(
      fc.property(acts, (all) => {
        const line = new LinkedQueue<Item>();
        const model: Item[] = [];
        for (const [index, act] of all.entries()) {
          if (act === 'push') {
            const item = itemOf(1000 + index);
            line.push(item);
            model.push(item);
          } else if (act === 'shift') {
            expect(line.shift()).toBe(model.shift());
          } else {
            const item = model[act] ?? itemOf(-1);
            expect(line.remove(item)).toBe(model[act] !== undefined);
            if (model[act] !== undefined) model.splice(act, 1);
          }
          expect(line.size).toBe(model.length);
        }
        for (const item of model) expect(line.shift()).toBe(item);
        expect(line.shift()).toBeUndefined();
      }),
    );
  });

  test('an item that has left may come again, at the end; none is in two queues', () => {
    const [line, other] = [new LinkedQueue<Item>(), new LinkedQueue<Item>()];
    const [a, b] = [itemOf(1), itemOf(2)];
    for (const item of [a, b]) line.push(item);
    expect(() => line.push(a)).toThrow('already');
    expect(() => other.push(a)).toThrow('already');
    expect(other.remove(a)).toBe(false);
    line.remove(a);
    line.push(a);
    expect([line.shift(), line.shift(), line.shift()]).toEqual([b, a, undefined]);
  });
});
