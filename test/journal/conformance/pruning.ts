import { expect, test } from 'vitest';
import { type Driver, lives } from '../support/driver.ts';
import { listAll, seqsOf } from '../support/reading.ts';
import {
  accepted,
  aSettlement,
  batch,
  begun,
  LOOSE,
  range,
  settleAll,
  T0,
} from '../support/writes.ts';

const LATER = T0 + 1_000_000;

export function pruning(driver: Driver): void {
  const life = lives(driver);

  const left = async (): Promise<number[]> => seqsOf(await listAll(life.journal)).reverse();

  test('settled commands go oldest first, in steps', async () => {
    for (const [seq, at] of [
      [1, 30],
      [2, 10],
      [3, 20],
      [4, 20],
      [5, 50],
    ] as const) {
      await settleAll(life.journal, [begun(seq)], { at: T0 + at });
    }
    expect(await life.journal.prune(T0 + 50, 2)).toBe(2);
    expect(await left()).toEqual([1, 4, 5]);
    expect(await life.journal.prune(T0 + 50, 100)).toBe(2);
    expect(await left()).toEqual([5]);
    expect(await life.journal.prune(T0 + 50, 100)).toBe(0);
  });

  test('P5: open work is never pruned, however old it is', async () => {
    const turned = { kind: 'turned', at: T0, reason: 'diverged' } as const;
    await life.journal.commit(
      batch({
        accept: [accepted(1), begun(2), begun(3)],
        append: [{ seq: 3, entries: [turned, { kind: 'stuck', at: T0 }] }],
      }),
    );
    expect(await life.journal.prune(LATER, 100)).toBe(0);
    expect((await life.journal.load(0, 10)).map((one) => one.entries.length)).toEqual([0, 1, 3]);
  });

  test('P4.5: loose requests that are not forgotten keep their command', async () => {
    await settleAll(life.journal, [begun(1), begun(2)], { loose: LOOSE });
    await life.journal.commit(batch({ forget: [2] }));
    expect(await life.journal.prune(LATER, 100)).toBe(1);
    expect(await left()).toEqual([1]);
    await life.journal.commit(batch({ forget: [1] }));
    expect(await life.journal.prune(LATER, 100)).toBe(1);
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
    expect(await life.journal.prune(LATER, 100)).toBe(1);
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
      { at: T0 },
    );
    await settleAll(
      life.journal,
      range(2_501, 2_600).map((seq) => begun(seq)),
      { at: LATER },
    );
    const steps: number[] = [];
    for (let pruned = -1; pruned !== 0; ) {
      pruned = await life.journal.prune(LATER, 1_000);
      steps.push(pruned);
      await life.journal.tidy();
    }
    expect(steps).toEqual([1_000, 1_000, 500, 0]);
    await life.restart();
    expect((await life.journal.find('id-2600'))?.state).toBe('committed');
    expect(await life.journal.find('id-2500')).toBeUndefined();
  });
}
