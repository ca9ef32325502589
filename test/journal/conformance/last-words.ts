import { expect, test } from 'vitest';
import { type Driver, lives } from '../support/driver.ts';
import { aSettlement, batch, begun, pruneUpTo, range, settleAll } from '../support/writes.ts';

const MARKS = { tokens: {} };
const CREATED = { committed: { op: 'create', lived: 0 } };

export function lastWords(driver: Driver): void {
  const life = lives(driver);

  const ofKey = (groupId: string, op: 'create' | 'delete' = 'create') => ({ groupId, op });

  test('the latest committed command of a key is the last word on it', async () => {
    await settleAll(life.journal, [begun(1, ofKey('k'))], MARKS);
    await settleAll(life.journal, [begun(2, ofKey('k', 'delete'))], { ...MARKS, lived: 700 });
    await life.restart();
    const words = await life.journal.latestSettled(['k', 'nobody']);
    expect(words).toEqual(new Map([['k', { committed: { op: 'delete', lived: 700 } }]]));
  });

  test('no command has a key or an id that holds U+0000', async () => {
    await settleAll(life.journal, [begun(1, ofKey('k'))], MARKS);
    expect(await life.journal.latestSettled(['k\0', 'k'])).toEqual(new Map([['k', CREATED]]));
    expect(await life.journal.tokens(['k\0', 'k'])).toEqual(new Map([['k', {}]]));
    expect(await life.journal.find('id-1\0')).toBeUndefined();
  });

  test('an abandoned, refused or open command leaves the latest committed state', async () => {
    await settleAll(life.journal, [begun(1, ofKey('k'))], MARKS);
    await settleAll(life.journal, [begun(3, ofKey('k', 'delete'))], {
      ...MARKS,
      state: 'abandoned',
    });
    await settleAll(life.journal, [begun(4, ofKey('k', 'delete'))], { state: 'refused' });
    await life.journal.commit(batch({ accept: [begun(5, ofKey('k', 'delete'))] }));
    expect((await life.journal.latestSettled(['k'])).get('k')).toEqual(CREATED);
  });

  test('a rolled-back command has the state of the nodes before it, as far as it is known', async () => {
    const nodes = {
      node01: { state: 'absent', attempts: 2 },
      node02: { state: 'present', attempts: 1, lastResponse: '200' },
      node03: { state: 'unknown', attempts: 1, lastResponse: '403' },
    } as const;
    const rolledBack = { prior: { node01: 'absent', node02: 'present' }, lived: 900 };
    const [undone, lived] = ['rolled_back', 900] as const;
    await settleAll(life.journal, [begun(1, ofKey('k'))], MARKS);
    await settleAll(life.journal, [begun(2, ofKey('k'))], { state: undone, lived, nodes });
    await settleAll(life.journal, [begun(3, ofKey('new'))], { state: undone, lived, nodes });
    await settleAll(life.journal, [begun(4, ofKey('k'))], { state: 'refused' });
    await life.restart();
    const words = await life.journal.latestSettled(['k', 'new']);
    expect(words).toEqual(
      new Map([
        ['k', { ...CREATED, rolledBack }],
        ['new', { rolledBack }],
      ]),
    );
    await settleAll(life.journal, [begun(5, ofKey('k'))], { ...MARKS, state: 'abandoned' });
    await settleAll(life.journal, [begun(6, ofKey('new'))], { ...MARKS, state: 'abandoned' });
    expect(await life.journal.latestSettled(['k', 'new'])).toEqual(new Map([['k', CREATED]]));
    await settleAll(life.journal, [begun(7, ofKey('new'))], { state: undone, lived, nodes });
    await settleAll(life.journal, [begun(8, ofKey('new', 'delete'))], MARKS);
    expect((await life.journal.latestSettled(['new'])).get('new')).toEqual({
      committed: { op: 'delete', lived: 0 },
    });
  });

  test('a key of which nothing was ever done or undone has no last word', async () => {
    await settleAll(life.journal, [begun(1, ofKey('k'))], { state: 'refused' });
    await life.journal.commit(batch({ accept: [begun(2, ofKey('open'))] }));
    expect(await life.journal.latestSettled(['k', 'open'])).toEqual(new Map());
  });

  test('latest means by the number of the command, not by when it settled', async () => {
    const accept = [begun(1, ofKey('k')), begun(2, ofKey('k', 'delete'))];
    await life.journal.commit(batch({ accept }));
    for (const seq of [2, 1]) {
      await life.journal.commit(batch({ settle: [{ seq, settlement: aSettlement(MARKS) }] }));
    }
    expect((await life.journal.latestSettled(['k'])).get('k')).toMatchObject({
      committed: { op: 'delete' },
    });
  });

  test('thousands of refused commands do not hide it', async () => {
    await settleAll(life.journal, [begun(1, ofKey('k'))], MARKS);
    const refused = range(2, 3000).map((seq) => begun(seq, ofKey('k')));
    await settleAll(life.journal, refused, { state: 'refused' });
    expect((await life.journal.latestSettled(['k'])).get('k')).toEqual(CREATED);
  });

  test('keys come in the order of their bytes, each once, as many as asked for', async () => {
    const keys = ['b', 'a', '\u{1F600}', '\uFFFD', 'ä', 'a', 'B', '10', '9', 'a'];
    for (const [index, groupId] of keys.entries()) {
      await settleAll(life.journal, [begun(index + 1, { groupId })], { state: 'refused' });
    }
    await life.journal.commit(batch({ accept: [begun(99, { groupId: 'open' })] }));
    const all = ['10', '9', 'B', 'a', 'b', 'ä', '\uFFFD', '\u{1F600}'];
    expect(await life.journal.keys('', 100)).toEqual(all);
    expect(await life.journal.keys('', 3)).toEqual(all.slice(0, 3));
    expect(await life.journal.keys('B', 3)).toEqual(['a', 'b', 'ä']);
    expect(await life.journal.keys('ab', 1)).toEqual(['b']);
    expect(await life.journal.keys('\u{1F600}', 5)).toEqual([]);
  });

  test('keys of pruned commands are gone with them', async () => {
    await settleAll(life.journal, [begun(1, ofKey('k'))], MARKS);
    await pruneUpTo(life.journal, 0);
    expect(await life.journal.keys('', 10)).toEqual([]);
    expect(await life.journal.latestSettled(['k'])).toEqual(new Map());
  });
}
