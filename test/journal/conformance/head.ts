import { expect, test } from 'vitest';
import { type Driver, lives } from '../support/driver.ts';
import {
  aCommand,
  accepted,
  aSettlement,
  batch,
  begun,
  pruneUpTo,
  settleAll,
  T0,
} from '../support/writes.ts';

export function headOf(driver: Driver): void {
  const life = lives(driver);

  test('an empty journal starts from nothing', async () => {
    expect(await life.journal.head()).toEqual({
      lastSeq: 0,
      lastToken: undefined,
      openCount: 0,
      lived: 0,
    });
  });

  test('P7: which journal it is outlives commits and restarts', async () => {
    const { id } = life.journal;
    expect(id).toMatch(/^[0-9a-f-]{32,36}$/);
    await settleAll(life.journal, [begun(1)]);
    await life.restart();
    expect(life.journal.id).toBe(id);
  });

  test('the highest number and token outlive pruning and restarts', async () => {
    await settleAll(life.journal, [begun(1), begun(2)]);
    await life.journal.commit(batch({ accept: [accepted(3)] }));
    await settleAll(life.journal, [begun(4)]);
    const head = { lastSeq: 4, lastToken: aCommand(4).token, openCount: 1, lived: 0 };
    expect(await life.journal.head()).toEqual(head);
    expect(await pruneUpTo(life.journal, 0)).toBe(3);
    expect(await life.journal.head()).toEqual({ ...head, lived: 1 });
    await life.restart();
    expect(await life.journal.head()).toEqual({ ...head, lived: 1 });
  });

  test('the highest token is the highest as a number, in whatever order they come', async () => {
    // As text, 9.… is above 10.…
    const accept = [
      accepted(1, { token: '9.999999' }),
      accepted(2, { token: '10.000002' }),
      accepted(3, { token: '10.000001' }),
    ];
    await life.journal.commit(batch({ accept }));
    expect((await life.journal.head()).lastToken).toBe('10.000002');
    await life.journal.commit(batch({ accept: [accepted(4, { token: '9.000000' })] }));
    expect(await life.journal.head()).toMatchObject({ lastToken: '10.000002', lastSeq: 4 });
  });

  test('the highest number stays the highest, in whatever order they come', async () => {
    await life.journal.commit(batch({ accept: [accepted(5)] }));
    await life.journal.commit(batch({ accept: [accepted(2)] }));
    expect((await life.journal.head()).lastSeq).toBe(5);
  });

  test('the time lived comes from acceptances and pruning, and never falls', async () => {
    const lived = async () => (await life.journal.head()).lived;
    await life.journal.commit(batch({ accept: [begun(1)], lived: 5_000 }));
    expect(await lived()).toBe(5_000);
    const settle = [{ seq: 1, settlement: aSettlement() }];
    await life.journal.commit(batch({ settle, lived: 6_000 }));
    expect(await lived()).toBe(5_000);
    await life.journal.prune({ lived: 60_000, retentionMs: 86_400_000, limit: 10 });
    expect(await lived()).toBe(60_000);
    await life.journal.commit(batch({ accept: [begun(2)], lived: 7_000 }));
    await life.journal.prune({ lived: 50_000, retentionMs: 86_400_000, limit: 10 });
    await life.restart();
    expect(await lived()).toBe(60_000);
    // Its id is taken: nothing is accepted.
    await life.journal.commit(batch({ accept: [begun(3, { id: 'id-2' })], lived: 70_000 }));
    expect(await lived()).toBe(60_000);
  });

  test('a batch that only begins and settles leaves it alone', async () => {
    await life.journal.commit(batch({ accept: [accepted(5)] }));
    await life.journal.commit(batch({ begin: [{ seq: 5, at: T0 }] }));
    expect(await life.journal.head()).toEqual({
      lastSeq: 5,
      lastToken: aCommand(5).token,
      openCount: 1,
      lived: 0,
    });
  });
}
