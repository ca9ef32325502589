import { beforeEach, expect, test } from 'vitest';
import type { ListFilter } from '../../../src/journal/port.ts';
import { type Driver, lives } from '../support/driver.ts';
import { listAll, seqsOf } from '../support/reading.ts';
import { accepted, aSettlement, batch, begun, range, settleAll, T0 } from '../support/writes.ts';

/** The content of the journal, by number; the key is `k1` for odd ones, `k2` for even ones. */
const STATES = {
  1: 'committed',
  2: 'rolled_back',
  3: 'refused',
  4: 'compensating (stuck)',
  5: 'abandoned',
  6: 'committed, with owner marks; a delete on node09',
  7: 'applying; a delete',
  8: 'accepted',
  9: 'compensating; of the lane bulk, as 1',
} as const;

const FILTERS: readonly (readonly [filter: ListFilter, seqs: readonly number[]])[] = [
  [{}, [9, 8, 7, 6, 5, 4, 3, 2, 1]],
  [{ states: ['committed'] }, [6, 1]],
  [{ states: ['accepted'] }, [8]],
  [{ states: ['applying', 'compensating'] }, [9, 7, 4]],
  [{ states: ['rolled_back', 'abandoned'] }, [5, 2]],
  [{ states: ['refused', 'applying'] }, [7, 3]],
  [{ states: ['committed', 'compensating'] }, [9, 6, 4, 1]],
  [{ states: [] }, []],
  [{ stuck: true }, [4]],
  [{ stuck: false, states: ['compensating'] }, [9]],
  [{ stuck: true, states: ['committed'] }, []],
  [{ op: 'delete' }, [7, 6]],
  [{ lane: 'bulk' }, [9, 1]],
  [{ lane: 'bulk', states: ['compensating'] }, [9]],
  [{ lane: 'interactive', groupId: 'k1' }, [7, 5, 3]],
  [{ groupId: 'k1' }, [9, 7, 5, 3, 1]],
  [{ groupId: 'k2' }, [8, 6, 4, 2]],
  [{ groupId: 'k2', states: ['committed', 'accepted'] }, [8, 6]],
  [{ groupId: 'k2', states: ['compensating'] }, [4]],
  [{ groupId: 'k2', states: ['rolled_back'] }, [2]],
  [{ groupId: 'k2', stuck: true }, [4]],
  [{ groupId: 'nothing' }, []],
  [{ idPrefix: 'id-' }, [9, 8, 7, 6, 5, 4, 3, 2, 1]],
  [{ idPrefix: 'id-4' }, [4]],
  [{ idPrefix: 'id', states: ['committed'] }, [6, 1]],
  [{ idPrefix: 'd-4' }, []],
  [{ idPrefix: 'id-%' }, []],
  [{ node: 'node09' }, [6]],
  [{ node: 'node02' }, [9, 8, 7, 5, 4, 3, 2, 1]],
  [{ node: 'node' }, []],
  [{ node: 'node\u000002' }, []],
  [{ node: '\ud800' }, []],
  [{ groupId: 'k1\0' }, []],
  [{ idPrefix: 'id-\0' }, []],
  [{ acceptedSince: { at: T0 + 7, lived: 0 } }, [9, 8, 7]],
  [{ acceptedBefore: { at: T0 + 3, lived: 0 } }, [2, 1]],
  [
    {
      acceptedSince: { at: T0 + 3, lived: 0 },
      acceptedBefore: { at: T0 + 6, lived: 0 },
      op: 'create',
    },
    [5, 4, 3],
  ],
  // By either clock: the larger time lived counts as older, whatever the dates say.
  [{ acceptedSince: { at: T0, lived: 1 } }, [9, 8, 7, 4]],
  [{ acceptedSince: { at: T0 + 8, lived: 1 } }, [9, 8]],
  [{ acceptedBefore: { at: T0, lived: 1 } }, [6, 5, 3, 2, 1]],
  [{ acceptedBefore: { at: T0 + 8, lived: 1 } }, [7, 6, 5, 4, 3, 2, 1]],
];

export function listing(driver: Driver): void {
  const life = lives(driver);

  beforeEach(async () => {
    const key = (seq: number): { groupId: string } => ({ groupId: seq % 2 === 1 ? 'k1' : 'k2' });
    await settleAll(life.journal, [begun(1, { ...key(1), lane: 'bulk' })]);
    await settleAll(life.journal, [begun(2, key(2))], { state: 'rolled_back' });
    await settleAll(life.journal, [begun(3, key(3))], { state: 'refused' });
    await settleAll(life.journal, [begun(5, key(5))], { state: 'abandoned' });
    const marked = begun(6, { ...key(6), op: 'delete', nodes: ['node09', 'node01'] });
    await settleAll(life.journal, [marked], { tokens: { node01: '1.000001' } });
    const turned = { kind: 'turned', at: T0, reason: 'diverged' } as const;
    await life.journal.commit(
      batch({
        accept: [
          begun(4, key(4)),
          begun(7, { ...key(7), op: 'delete' }),
          accepted(8, key(8)),
          begun(9, { ...key(9), lane: 'bulk' }),
        ],
        append: [
          { seq: 4, entries: [turned, { kind: 'stuck', at: T0 }] },
          { seq: 9, entries: [turned] },
        ],
        lived: 1_000,
      }),
    );
  });

  test.each(FILTERS)('%j lists %j, newest first, in pages of any size', async (filter, seqs) => {
    for (const limit of [1, 2, 3, 100]) {
      const found = await listAll(life.journal, filter, limit);
      expect(seqsOf(found), `limit ${limit}`).toEqual(seqs);
    }
  });

  test('a listed command has its state at the time of the look-up', async () => {
    const found = await listAll(life.journal, {}, 4);
    expect(found).toHaveLength(Object.keys(STATES).length);
    for (const one of found) expect(one).toEqual(await life.journal.find(one.command.id));
  });

  test('`before` is not in the page', async () => {
    expect((await life.journal.list({}, 3, 1)).commands.map((one) => one.command.seq)).toEqual([2]);
    expect(await life.journal.list({}, 1, 10)).toEqual({ commands: [] });
  });

  test('a long history is listed once each, while it grows', async () => {
    const seqs = range(100, 1_299);
    await settleAll(
      life.journal,
      seqs.map((seq) => begun(seq, { groupId: 'long' })),
    );
    const found: number[] = [];
    let before: number | undefined;
    for (let seq = 2_000; ; seq += 1) {
      const page = await life.journal.list({ groupId: 'long' }, before, 50);
      found.push(...page.commands.map((one) => one.command.seq));
      await life.journal.commit(batch({ accept: [begun(seq, { groupId: 'long' })] }));
      await life.journal.commit(batch({ settle: [{ seq, settlement: aSettlement() }] }));
      if (page.next === undefined) break;
      before = page.next;
    }
    expect(found).toEqual(seqs.reverse());
  });
}
