import { expect, test } from 'vitest';
import { type Driver, lives } from '../support/driver.ts';
import { aSettlement, batch, begun, range, settleAll } from '../support/writes.ts';

export function ownerMarks(driver: Driver): void {
  const life = lives(driver);

  test('the latest settled command that left owner marks on a key is the one that counts', async () => {
    await settleAll(life.journal, [begun(1, { groupId: 'k' })], { tokens: { node01: '1.000001' } });
    await settleAll(life.journal, [begun(2, { groupId: 'k' })], { tokens: { node01: '2.000002' } });
    await settleAll(life.journal, [begun(3, { groupId: 'k' })], { state: 'refused' });
    await life.journal.commit(batch({ accept: [begun(4, { groupId: 'k' })] }));
    const tokens = await life.journal.tokens(['k']);
    expect(tokens).toEqual(new Map([['k', { node01: '2.000002' }]]));
  });

  test('latest means by the number of the command, not by when it settled', async () => {
    const accept = [begun(1, { groupId: 'k' }), begun(2, { groupId: 'k' })];
    await life.journal.commit(batch({ accept }));
    for (const [seq, token] of [
      [2, '2.000002'],
      [1, '1.000001'],
    ] as const) {
      const settlement = aSettlement({ tokens: { node01: token } });
      await life.journal.commit(batch({ settle: [{ seq, settlement }] }));
    }
    expect((await life.journal.tokens(['k'])).get('k')).toEqual({ node01: '2.000002' });
  });

  test('a command that left no record knows of no marks, and says so', async () => {
    await settleAll(life.journal, [begun(1, { groupId: 'k' })], { tokens: { node01: '1.000001' } });
    await settleAll(life.journal, [begun(2, { groupId: 'k' })], { tokens: {} });
    expect((await life.journal.tokens(['k'])).get('k')).toEqual({});
  });

  test('keys are answered each for itself; unknown ones are missing', async () => {
    await settleAll(life.journal, [begun(1, { groupId: 'a' })], { tokens: { node01: '1.000001' } });
    await settleAll(life.journal, [begun(2, { groupId: 'b' })], { tokens: { node02: '2.000002' } });
    await settleAll(life.journal, [begun(3, { groupId: 'c' })]);
    await life.restart();
    const tokens = await life.journal.tokens(['b', 'c', 'd', 'a', 'a']);
    expect(Object.fromEntries(tokens)).toEqual({
      a: { node01: '1.000001' },
      b: { node02: '2.000002' },
    });
    expect((await life.journal.tokens([])).size).toBe(0);
  });

  test('many later commands without marks do not hide them', async () => {
    await settleAll(life.journal, [begun(1, { groupId: 'k' })], { tokens: { node01: '1.000001' } });
    const later = range(2, 2_000).map((seq) => begun(seq, { groupId: 'k' }));
    await settleAll(life.journal, later, { state: 'refused', reason: 'already_exists' });
    expect((await life.journal.tokens(['k'])).get('k')).toEqual({ node01: '1.000001' });
  });
}
