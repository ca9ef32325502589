import { expect, test } from 'vitest';
import { IllegalWrite, JournalError } from '../../../src/journal/errors.ts';
import type { WriteBatch } from '../../../src/journal/port.ts';
import { type Driver, lives } from '../support/driver.ts';
import { listAll } from '../support/reading.ts';
import { accepted, aSettlement, batch, begun, LOOSE, T0 } from '../support/writes.ts';

const settlement = aSettlement();
const turn = { kind: 'turned', at: T0, reason: 'deadline' } as const;

/** Against a journal where 1 waits, 2 has begun, 3 is settled and 4 was never seen. */
const ILLEGAL: readonly (readonly [what: string, parts: Partial<WriteBatch>])[] = [
  ['beginning what has begun', { begin: [{ seq: 2, at: T0 }] }],
  ['beginning what is settled', { begin: [{ seq: 3, at: T0 }] }],
  ['beginning what was never accepted', { begin: [{ seq: 4, at: T0 }] }],
  ['beginning twice', { begin: [1, 1].map((seq) => ({ seq, at: T0 })) }],
  ['turning what has not begun', { append: [{ seq: 1, entries: [turn] }] }],
  ['turning what is settled', { append: [{ seq: 3, entries: [turn] }] }],
  ['turning what was never accepted', { append: [{ seq: 4, entries: [turn] }] }],
  ['settling what is settled', { settle: [{ seq: 3, settlement }] }],
  ['settling what was never accepted', { settle: [{ seq: 4, settlement }] }],
  ['settling twice', { settle: [2, 2].map((seq) => ({ seq, settlement })) }],
  ['forgetting what is open', { forget: [2] }],
  ['a sequence number that is taken', { accept: [accepted(3, { id: 'new' })] }],
  ['a sequence number given twice', { accept: [accepted(9), accepted(9, { id: 'new' })] }],
  ['a token that is none', { accept: [accepted(9, { token: 'soon' })] }],
  [
    'a story for a command whose id was taken',
    { accept: [accepted(5, { id: 'id-1' })], begin: [{ seq: 5, at: T0 }] },
  ],
];

export function atomicity(driver: Driver): void {
  const life = lives(driver);

  test('P3: all that one batch adds to one command counts, in whatever order it comes', async () => {
    await life.journal.commit(batch({ accept: [begun(1), begun(2)] }));
    const stuck = { kind: 'stuck', at: T0 } as const;
    const append = [
      { seq: 1, entries: [stuck] },
      { seq: 2, entries: [turn] },
      { seq: 1, entries: [turn] },
      { seq: 2, entries: [stuck] },
    ];
    await life.journal.commit(batch({ append }));
    const want = { state: 'compensating', reason: 'deadline', stuck: true };
    for (const id of ['id-1', 'id-2']) expect(await life.journal.find(id)).toMatchObject(want);
    await life.restart();
    for (const id of ['id-1', 'id-2']) expect(await life.journal.find(id)).toMatchObject(want);
  });

  async function prepare(): Promise<unknown> {
    await life.journal.commit(batch({ accept: [accepted(1), begun(2), begun(3)] }));
    await life.journal.commit(batch({ settle: [{ seq: 3, settlement }] }));
    return everything();
  }

  async function everything(): Promise<unknown> {
    return {
      head: await life.journal.head(),
      open: await life.journal.load(0, 100),
      loose: await life.journal.loadLoose(0, 100),
      list: await listAll(life.journal),
    };
  }

  test.each(ILLEGAL)(
    '%s is a programmer error, and nothing of its batch is stored',
    async (_, bad) => {
      const before = await prepare();
      const good = batch({
        accept: [begun(10, { nodes: ['a new cluster'] })],
        append: [{ seq: 10, entries: [turn] }],
        settle: [{ seq: 10, settlement: aSettlement({ loose: LOOSE }) }],
      });
      const mixed = batch({
        accept: [...good.accept, ...(bad.accept ?? [])],
        begin: bad.begin ?? [],
        append: [...good.append, ...(bad.append ?? [])],
        settle: [...good.settle, ...(bad.settle ?? [])],
        forget: bad.forget ?? [],
      });
      const outcome = await life.journal.commit(mixed).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(outcome).toBeInstanceOf(Error);
      expect(outcome).not.toBeInstanceOf(JournalError);
      expect(await everything()).toEqual(before);
      await life.restart();
      expect(await everything()).toEqual(before);
      // The journal goes on, with the cluster of the batch that failed.
      await life.journal.commit(good);
      expect((await life.journal.find('id-10'))?.command.nodes).toEqual(['a new cluster']);
    },
  );

  test('a forbidden write is an IllegalWrite that names the command', async () => {
    const failed = life.journal.commit(batch({ settle: [{ seq: 77, settlement }] }));
    await expect(failed).rejects.toBeInstanceOf(IllegalWrite);
    await expect(failed).rejects.toThrow('77');
  });

  test('an empty batch and an append without entries are fine', async () => {
    expect((await life.journal.commit(batch({}))).existing.size).toBe(0);
    await life.journal.commit(batch({ append: [{ seq: 5, entries: [] }] }));
    expect(await life.journal.head()).toEqual({
      lastSeq: 0,
      lastToken: undefined,
      openCount: 0,
      lived: 0,
    });
  });

  test('a closed journal says so, and may be closed again', async () => {
    await life.journal.close();
    await life.journal.close();
    const calls = [
      life.journal.head(),
      life.journal.commit(batch({ accept: [begun(1)] })),
      life.journal.load(0, 1),
      life.journal.loadLoose(0, 1),
      life.journal.find('id-1'),
      life.journal.tokens(['a']),
      life.journal.list({}, undefined, 1),
      life.journal.keep('a', 'b'),
      life.journal.kept(),
      life.journal.prune({ lived: 0, retentionMs: 0, limit: 1 }),
      life.journal.tidy(),
    ];
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'closed', retry: false } });
    }
  });
}
