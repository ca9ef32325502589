import { expect, test } from 'vitest';
import type { RecoverableCommand } from '../../../src/journal/port.ts';
import { type Driver, lives } from '../support/driver.ts';
import { accepted, aSettlement, batch, begun, range, settleAll, T0 } from '../support/writes.ts';

export function loading(driver: Driver): void {
  const life = lives(driver);

  async function loadAll(limit: number): Promise<RecoverableCommand[]> {
    const all: RecoverableCommand[] = [];
    for (;;) {
      const page = await life.journal.load(all.at(-1)?.command.seq ?? 0, limit);
      expect(page.length).toBeLessThanOrEqual(limit);
      if (page.length === 0) return all;
      all.push(...page);
    }
  }

  test('P5: thousands of open commands are loaded in pages, in rising order, once each', async () => {
    const turned = { kind: 'turned', at: T0, reason: 'diverged' } as const;
    await life.journal.commit(batch({ accept: range(1, 5_000).map((seq) => begun(seq)) }));
    const settle = range(1, 5_000).filter((seq) => seq % 3 !== 0);
    await life.journal.commit(
      batch({ settle: settle.map((seq) => ({ seq, settlement: aSettlement() })) }),
    );
    const append = range(1, 5_000).filter((seq) => seq % 30 === 0);
    await life.journal.commit(batch({ append: append.map((seq) => ({ seq, entries: [turned] })) }));
    await life.restart();
    const all = await loadAll(256);
    const open = range(1, 5_000).filter((seq) => seq % 3 === 0);
    expect(all.map((one) => one.command.seq)).toEqual(open);
    expect(all.filter((one) => one.entries.length === 2).map((one) => one.command.seq)).toEqual(
      append,
    );
    expect((await life.journal.head()).openCount).toBe(open.length);
  });

  test('entries of settled commands between open ones are not mixed in', async () => {
    const turned = { kind: 'turned', at: T0, reason: 'diverged' } as const;
    await life.journal.commit(batch({ accept: range(1, 3).map((seq) => begun(seq)) }));
    await life.journal.commit(
      batch({
        append: range(1, 3).map((seq) => ({ seq, entries: [turned] })),
        settle: [{ seq: 2, settlement: aSettlement({ state: 'rolled_back' }) }],
      }),
    );
    const all = await loadAll(10);
    expect(all.map((one) => [one.command.seq, one.entries.length])).toEqual([
      [1, 2],
      [3, 2],
    ]);
  });

  test('commands come in the order of their numbers, for any order of their writes', async () => {
    await life.journal.commit(batch({ accept: [accepted(5), accepted(2)] }));
    await life.journal.commit(batch({ accept: [accepted(4), accepted(1)] }));
    await settleAll(life.journal, [begun(3)]);
    expect((await loadAll(2)).map((one) => one.command.seq)).toEqual([1, 2, 4, 5]);
  });

  test('an empty journal has nothing to load', async () => {
    expect(await life.journal.load(0, 100)).toEqual([]);
    expect(await life.journal.loadLoose(0, 100)).toEqual([]);
  });
}
