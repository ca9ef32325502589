import { expect, test } from 'vitest';
import { type Driver, lives } from '../support/driver.ts';
import { listAll, seqsOf } from '../support/reading.ts';
import {
  accepted,
  aSettlement,
  batch,
  begun,
  LOOSE,
  pruneUpTo,
  range,
  settleAll,
  T0,
} from '../support/writes.ts';

const LATER = 1_000_000;

export function pruning(driver: Driver): void {
  const life = lives(driver);

  const left = async (): Promise<number[]> => seqsOf(await listAll(life.journal)).reverse();

  test('settled commands go oldest first, in steps', async () => {
    for (const [seq, lived] of [
      [1, 30],
      [2, 10],
      [3, 20],
      [4, 20],
      [5, 50],
    ] as const) {
      await settleAll(life.journal, [begun(seq)], { lived });
    }
    const prune = (limit: number) => life.journal.prune({ lived: 150, retentionMs: 100, limit });
    expect(await prune(2)).toBe(2);
    expect(await left()).toEqual([1, 4, 5]);
    expect(await prune(100)).toBe(2);
    expect(await left()).toEqual([5]);
    expect(await prune(100)).toBe(0);
  });

  test('P7: what dates a command does not age it, only the time that the daemon lives', async () => {
    const YEAR = 365 * 86_400_000;
    for (const [seq, jump] of [
      [1, -YEAR],
      [2, 0],
      [3, YEAR],
    ] as const) {
      const dates = { acceptedAt: T0 + jump, deadlineAt: T0 + jump + 30_000 };
      await settleAll(life.journal, [begun(seq, dates)], { at: T0 + jump + 1, lived: 5_000 });
    }
    const prune = (lived: number) => life.journal.prune({ lived, retentionMs: 60_000, limit: 100 });
    expect(await prune(65_000)).toBe(0);
    await life.restart();
    expect(await prune(65_001)).toBe(3);
  });

  test('a command is as old as its settlement, not as its acceptance', async () => {
    await life.journal.commit(batch({ accept: [begun(1)], lived: 1_000 }));
    const settle = [{ seq: 1, settlement: aSettlement() }];
    await life.journal.commit(batch({ settle, lived: 9_000 }));
    expect(await pruneUpTo(life.journal, 8_999)).toBe(0);
    expect(await pruneUpTo(life.journal, 9_000)).toBe(1);
  });

  test('P5: open work is never pruned, however old it is', async () => {
    const turned = { kind: 'turned', at: T0, reason: 'diverged' } as const;
    await life.journal.commit(
      batch({
        accept: [accepted(1), begun(2), begun(3)],
        append: [{ seq: 3, entries: [turned, { kind: 'stuck', at: T0 }] }],
      }),
    );
    expect(await pruneUpTo(life.journal, LATER)).toBe(0);
    expect((await life.journal.load(0, 10)).map((one) => one.entries.length)).toEqual([0, 1, 3]);
  });

  test('P4.5: loose requests that are not forgotten keep their command', async () => {
    await settleAll(life.journal, [begun(1), begun(2)], { loose: LOOSE });
    await life.journal.commit(batch({ forget: [2] }));
    expect(await pruneUpTo(life.journal, LATER)).toBe(1);
    expect(await left()).toEqual([1]);
    await life.journal.commit(batch({ forget: [1] }));
    expect(await pruneUpTo(life.journal, LATER)).toBe(1);
  });

  test('P7: after retention the id is free, and nothing of the old command clings to it', async () => {
    const turned = { kind: 'turned', at: T0, reason: 'diverged' } as const;
    await life.journal.commit(
      batch({
        accept: [begun(1, { id: 'x', groupId: 'k' })],
        append: [{ seq: 1, entries: [turned] }],
        settle: [{ seq: 1, settlement: aSettlement({ tokens: { node01: '1.000001' } }) }],
      }),
    );
    expect(await pruneUpTo(life.journal, LATER)).toBe(1);
    expect(await life.journal.find('x')).toBeUndefined();
    expect((await life.journal.tokens(['k'])).size).toBe(0);
    const { existing } = await life.journal.commit(batch({ accept: [begun(2, { id: 'x' })] }));
    expect(existing.size).toBe(0);
    expect((await life.journal.load(0, 10))[0]?.entries).toHaveLength(1);
  });

  test('thousands go in steps, and what is younger stays', async () => {
    await settleAll(
      life.journal,
      range(1, 2_500).map((seq) => begun(seq)),
    );
    await settleAll(
      life.journal,
      range(2_501, 2_600).map((seq) => begun(seq)),
      { lived: LATER },
    );
    const steps: number[] = [];
    for (let pruned = -1; pruned !== 0; ) {
      pruned = await pruneUpTo(life.journal, LATER - 1, 1_000);
      steps.push(pruned);
      await life.journal.tidy();
    }
    expect(steps).toEqual([1_000, 1_000, 500, 0]);
    await life.restart();
    expect((await life.journal.find('id-2600'))?.state).toBe('committed');
    expect(await life.journal.find('id-2500')).toBeUndefined();
  });
}
