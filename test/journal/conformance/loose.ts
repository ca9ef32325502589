import { expect, test } from 'vitest';
import { type Driver, lives } from '../support/driver.ts';
import { aSettlement, batch, begun, LOOSE, range, settleAll } from '../support/writes.ts';

export function looseRequests(driver: Driver): void {
  const life = lives(driver);

  const seqs = async (after = 0, limit = 100): Promise<number[]> =>
    (await life.journal.loadLoose(after, limit)).map((one) => one.seq);

  test('P4.5: the settling record carries the loose requests of its key', async () => {
    await settleAll(life.journal, [begun(1, { groupId: 'k' })], { loose: LOOSE });
    await settleAll(life.journal, [begun(2)]);
    await life.restart();
    expect(await life.journal.loadLoose(0, 10)).toEqual([{ seq: 1, groupId: 'k', loose: LOOSE }]);
  });

  test('P4.5: they stay until they are forgotten, and the settlement stays as it was', async () => {
    await settleAll(life.journal, [begun(1), begun(2)], { loose: LOOSE });
    await life.journal.commit(batch({ forget: [1] }));
    expect(await seqs()).toEqual([2]);
    await life.restart();
    expect(await seqs()).toEqual([2]);
    expect((await life.journal.find('id-1'))?.settlement).toEqual(aSettlement({ loose: LOOSE }));
  });

  test('forgetting again, or what has nothing loose, or is gone, changes nothing', async () => {
    await settleAll(life.journal, [begun(1)], { loose: LOOSE });
    await settleAll(life.journal, [begun(2)]);
    await life.journal.commit(batch({ forget: [1, 1, 2, 99] }));
    await life.journal.commit(batch({ forget: [1] }));
    expect(await seqs()).toEqual([]);
    expect((await life.journal.head()).lastSeq).toBe(2);
  });

  test('thousands are loaded in pages, in rising order', async () => {
    await settleAll(
      life.journal,
      range(1, 3_000).map((seq) => begun(seq)),
      { loose: LOOSE },
    );
    await life.journal.commit(batch({ forget: range(1, 3_000).filter((seq) => seq % 2 === 0) }));
    expect(await seqs(0, 2)).toEqual([1, 3]);
    expect(await seqs(3, 2)).toEqual([5, 7]);
    expect(await seqs(2_997, 10)).toEqual([2_999]);
    expect(await seqs(0, 5_000)).toHaveLength(1_500);
  });
}
