import { expect, test } from 'vitest';
import { type Driver, lives } from '../support/driver.ts';
import { accepted, aSettlement, batch, begun, pruneUpTo, settleAll } from '../support/writes.ts';

const TEXT = '{ "b":1.50,\n"a":"é\\u0000👍" }';
const MARK = { record: { digest: 'ab'.repeat(32), bytes: 33 } };
const withRecord = (seq: number, record = TEXT) => ({ ...begun(seq, MARK), record });

export function records(driver: Driver): void {
  const life = lives(driver);
  const textsOf = async (...seqs: number[]) => [...(await life.journal.records(seqs))];

  test('P2: the text of a record comes back as it came, after a restart too', async () => {
    await life.journal.commit(batch({ accept: [begun(1), withRecord(2), withRecord(3, '{}')] }));
    await life.restart();
    expect(await textsOf(1, 2, 3, 4)).toEqual([
      [2, TEXT],
      [3, '{}'],
    ]);
  });

  test('P7: a command shows its digest and size, but never the text', async () => {
    await life.journal.commit(batch({ accept: [withRecord(1)] }));
    const [open] = await life.journal.load(0, 1);
    expect(open?.command).toEqual(begun(1, MARK).command);
    await life.journal.commit(batch({ settle: [{ seq: 1, settlement: aSettlement() }] }));
    const found = await life.journal.find('id-1');
    expect(found?.command.record).toEqual(MARK.record);
    const { commands } = await life.journal.list({}, undefined, 10);
    for (const shown of [open, found, commands])
      expect(JSON.stringify(shown)).not.toContain('1.50');
  });

  test('P7: the record of a repeat is not stored', async () => {
    await life.journal.commit(batch({ accept: [withRecord(1)] }));
    const repeat = { ...accepted(2, { id: 'id-1', ...MARK }), record: '{"other":1}' };
    const { existing } = await life.journal.commit(batch({ accept: [repeat] }));
    expect(existing.get(2)).toMatchObject({ command: { seq: 1 } });
    expect(await textsOf(1, 2)).toEqual([[1, TEXT]]);
  });

  test('texts of settled commands go before their commands; the digest stays', async () => {
    await settleAll(life.journal, [withRecord(1), withRecord(2)], { lived: 10 });
    await settleAll(life.journal, [withRecord(3)], { lived: 50 });
    await life.journal.commit(batch({ accept: [withRecord(4)] }));
    const prune = (limit: number) =>
      life.journal.pruneRecords({ lived: 100, retentionMs: 60, limit });
    expect(await prune(1)).toBe(1);
    expect(await prune(10)).toBe(1);
    expect(await prune(10)).toBe(0);
    expect((await textsOf(1, 2, 3, 4)).map(([seq]) => seq)).toEqual([3, 4]);
    expect((await life.journal.find('id-1'))?.command.record).toEqual(MARK.record);
  });

  test('pruning a command removes its text', async () => {
    await settleAll(life.journal, [withRecord(1)], { lived: 10 });
    await pruneUpTo(life.journal, 10);
    expect(await textsOf(1)).toEqual([]);
  });
}
