import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Harness, openHarness } from './support/harness.ts';
import { settled, turned } from './support/reports.ts';

interface Held {
  readonly id: string;
  readonly executor: number;
  isRollback: boolean;
}

/** What executors hold by the orders they got; checks the credit after each step. */
class Holding {
  readonly held = new Map<string, Held>();
  readonly #harness: Harness;
  #seen = 0;

  constructor(harness: Harness) {
    this.#harness = harness;
  }

  check(executors: number, concurrency: number): void {
    for (const { executor, order } of this.#harness.orders.slice(this.#seen)) {
      if (order.kind !== 'drive') continue;
      const { id } = order.command;
      this.held.set(id, { id, executor, isRollback: false });
    }
    this.#seen = this.#harness.orders.length;
    for (let executor = 0; executor < executors; executor++) {
      const working = [...this.held.values()].filter(
        (one) => one.executor === executor && !one.isRollback,
      );
      expect(working.length).toBeLessThanOrEqual(concurrency);
    }
  }
}

describe('dispatch by credit', () => {
  test('an executor never holds more than its places, rollbacks apart, and no place is lost', async () => {
    const step = fc.oneof(
      fc.constant('accept' as const),
      fc.record({ turn: fc.nat(100) }),
      fc.record({ settle: fc.nat(100) }),
    );
    const setting = fc.record({
      executors: fc.integer({ min: 1, max: 3 }),
      concurrency: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(setting, fc.array(step, { maxLength: 60 }), async (options, steps) => {
        const harness = await openHarness(options);
        const { executors, concurrency } = options;
        const holding = new Holding(harness);
        for (const [index, one] of steps.entries()) {
          const held = [...holding.held.values()];
          if (one === 'accept') {
            harness.ask({ op: 'create', id: String(index), groupId: String(index) });
          } else if ('turn' in one) {
            const applying = held.filter(({ isRollback }) => !isRollback);
            const which = applying[one.turn % Math.max(1, applying.length)];
            if (which === undefined) continue;
            harness.report(turned(harness, which.id));
            which.isRollback = true;
          } else {
            const which = held[one.settle % Math.max(1, held.length)];
            if (which === undefined) continue;
            const state = which.isRollback ? 'rolled_back' : 'committed';
            harness.report(settled(harness, which.id, { state, reason: 'deadline' }));
            holding.held.delete(which.id);
          }
          await harness.rest();
          holding.check(executors, concurrency);
        }
        const working = [...holding.held.values()].filter(({ isRollback }) => !isRollback).length;
        const waiting = harness.coordinator.commands.registry.size - holding.held.size;
        // No command waits while a slot is free.
        if (waiting > 0) expect(working).toBe(executors * concurrency);
      }),
      { numRuns: 40 },
    );
  });

  test('work goes to the executor with most places free', async () => {
    const harness = await openHarness({ executors: 2, concurrency: 10 });
    for (let index = 0; index < 6; index++) harness.ask({ op: 'create', groupId: String(index) });
    await harness.rest();
    expect(harness.orders.map(({ executor }) => executor)).toEqual([0, 1, 0, 1, 0, 1]);
  });

  test('the marks that the journal knows are asked for once a turn, of deletes alone', async () => {
    const harness = await openHarness({ concurrency: 10 });
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.report(settled(harness, 'a', { tokens: { node01: '1.000000' } }));
    await harness.rest();
    expect(harness.journal.tokenCalls).toEqual([]);
    for (const groupId of ['5', '6', '7']) harness.ask({ op: 'delete', id: groupId, groupId });
    await harness.rest();
    expect(harness.journal.tokenCalls).toEqual([3]);
    const histories = harness.ordersOf('drive').map(({ history }) => history);
    expect(histories.slice(1)).toEqual([{ tokens: { node01: '1.000000' } }, {}, {}]);
  });
});
