import { describe, expect, test, vi } from 'vitest';
import { Outbox } from '../../src/base/outbox.ts';

describe('the outbox', () => {
  test('sends what one turn has gathered at once, one lot at a time, in order, and loses nothing', async () => {
    const lots: number[][] = [];
    let gate = Promise.withResolvers<void>();
    let under = 0;
    const outbox = new Outbox<number>({
      send: async (items) => {
        expect(++under).toBe(1);
        lots.push([...items]);
        await gate.promise;
        under--;
      },
      onError: fail,
    });
    for (const item of [1, 2, 3]) outbox.push(item);
    await vi.waitUntil(() => lots.length === 1);
    for (const item of [4, 5]) outbox.push(item);
    gate.resolve();
    gate = Promise.withResolvers();
    await vi.waitUntil(() => lots.length === 2);
    gate.resolve();
    outbox.push(6);
    await outbox.flushed();
    expect(lots).toEqual([[1, 2, 3], [4, 5], [6]]);
    await outbox.flushed();
    outbox.push(7);
    await outbox.flushed();
    expect(lots.at(-1)).toEqual([7]);
  });

  test('gathers for one task only, or until there are enough, if it is set so', async () => {
    const lots: Record<string, number[][]> = { task: [], enough: [] };
    const noting = (name: string) => async (items: readonly number[]) => {
      lots[name]?.push([...items]);
    };
    const ofTask = new Outbox<number>({ send: noting('task'), onError: fail, gather: 'task' });
    const enough = new Outbox<number>({ send: noting('enough'), onError: fail, enough: 3 });
    for (const item of [1, 2, 3, 4]) {
      ofTask.push(item);
      enough.push(item);
    }
    await new Promise((resolve) => process.nextTick(resolve));
    expect(lots).toEqual({ task: [[1, 2, 3, 4]], enough: [[1, 2, 3, 4]] });
    for (const item of [5, 6]) enough.push(item);
    await new Promise((resolve) => process.nextTick(resolve));
    expect(lots['enough']).toHaveLength(1);
    await enough.flushed();
    expect(lots['enough']).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
  });

  test('P10: a failed send is reported, and does not delay later items', async () => {
    const errors: unknown[] = [];
    const sent: number[] = [];
    const failure = new Error('gone');
    const outbox = new Outbox<number>({
      send: async (items) => {
        if (items.includes(1)) throw failure;
        sent.push(...items);
      },
      onError: (error) => errors.push(error),
    });
    outbox.push(1);
    await outbox.flushed();
    outbox.push(2);
    await outbox.flushed();
    expect([errors, sent]).toEqual([[failure], [2]]);
  });
});

function fail(error: unknown): never {
  throw error;
}
