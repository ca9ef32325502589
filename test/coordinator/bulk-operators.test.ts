import { describe, expect, test } from 'vitest';
import type { Answer, SelectionAnswer } from '../../src/protocol/answer.ts';
import { crewOf } from './support/crew.ts';
import { type Desk, openDesk } from './support/desk.ts';
import { settled, turned } from './support/reports.ts';
import { SimNode } from './support/sim-node.ts';

/** `busy` is with the executor; `a` to `e` wait in their lanes, the odd ones in bulk. */
async function openQueue(): Promise<Desk> {
  const desk = await openDesk({ concurrency: 1 });
  desk.ask({ op: 'create', id: 'busy', groupId: 'busy' });
  await desk.rest();
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    const lane = 'ace'.includes(id) ? 'bulk' : 'interactive';
    desk.ask({ op: 'delete', id, groupId: id, lane });
    await desk.advance(1000);
  }
  return desk;
}

function idsOf(answer: Answer): readonly (string | undefined)[] {
  return (answer as SelectionAnswer).commands.map(({ id }) => id);
}

describe('cancel by a filter', () => {
  test('turns back what matches, oldest first, and leaves the rest', async () => {
    const desk = await openQueue();
    const cancel = desk.ask({ op: 'cancel', filter: { lane: 'bulk', state: 'accepted' } });
    await desk.rest();
    expect(cancel.answer).toMatchObject({
      matched: 3,
      commands: [
        { id: 'a', state: 'refused', reason: 'cancelled' },
        { id: 'c', state: 'refused', reason: 'cancelled' },
        { id: 'e', state: 'refused', reason: 'cancelled' },
      ],
    });
    expect(await desk.journal.find('b')).toMatchObject({ state: 'accepted' });
  });

  test('as a dry run it tells the same and changes nothing', async () => {
    const desk = await openQueue();
    const commits = desk.journal.commits.length;
    const dry = desk.ask({ op: 'cancel', filter: { op: 'delete' }, dryRun: true, limit: 2 });
    await desk.rest();
    expect(dry.answer).toMatchObject({
      matched: 5,
      commands: [
        { id: 'a', state: 'accepted', lane: 'bulk' },
        { id: 'b', state: 'accepted', lane: 'interactive' },
      ],
    });
    expect(desk.journal.commits).toHaveLength(commits);
    expect(desk.ordersOf('operate')).toEqual([]);
    expect(desk.notes).toEqual([]);
  });

  test('P9: a page is bounded, and `next` goes on behind it', async () => {
    const desk = await openQueue();
    const pages: (readonly (string | undefined)[])[] = [];
    let cursor: string | undefined;
    do {
      const page = desk.ask({
        op: 'cancel',
        filter: { op: 'delete' },
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      });
      await desk.rest();
      pages.push(idsOf(page.answer));
      cursor = (page.answer as SelectionAnswer).next;
    } while (cursor !== undefined);
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  test.each([
    [{ groupId: 'd' }, ['d']],
    [{ olderThanMs: 4000 }, ['busy', 'a', 'b']],
    [{ youngerThanMs: 2000 }, ['d', 'e']],
    [{ op: 'create' as const }, ['busy']],
    [{ node: 'node02', state: ['applying' as const] }, ['busy']],
    [{ node: 'node09' }, []],
    [{ stuck: true }, []],
    [{}, ['busy', 'a', 'b', 'c', 'd', 'e']],
  ])('the filter %j means %j', async (filter, ids) => {
    const desk = await openQueue();
    const dry = desk.ask({ op: 'cancel', filter, dryRun: true });
    await desk.rest();
    expect(idsOf(dry.answer)).toEqual(ids);
  });

  test('P3: a command that is not durable yet is not told of', async () => {
    const desk = await openDesk();
    desk.journal.hold();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    const dry = desk.ask({ op: 'cancel', filter: {}, dryRun: true });
    await desk.rest();
    expect(dry.isOpen).toBe(true);
    desk.journal.release();
    await desk.rest();
    expect(idsOf(dry.answer)).toEqual(['a']);
  });

  test('what settles on the way is answered by how it settled', async () => {
    const desk = await openQueue();
    // While this commit is held nothing is selected; the report and a long act wait before the acts.
    desk.journal.hold();
    desk.ask({ op: 'delete', id: 'z', groupId: 'z' });
    const cancel = desk.ask({ op: 'cancel', filter: { op: 'create' } });
    await desk.rest();
    desk.report(settled(desk, 'busy'));
    desk.coordinator.post(() => desk.clock.spend(100));
    desk.journal.release();
    await desk.rest();
    expect(cancel.answer).toMatchObject({ commands: [{ id: 'busy', state: 'committed' }] });
  });

  test('each is noted for the log, with who said so', async () => {
    const desk = await openQueue();
    desk.ask({ op: 'cancel', filter: { lane: 'bulk' }, by: 'ann@bastion' });
    await desk.rest();
    expect(desk.notes).toEqual(
      ['a', 'c', 'e'].map((id) => [
        'operator: cancel',
        { id, of: 'delete', state: 'accepted', by: 'ann@bastion' },
      ]),
    );
  });
});

describe('abandon and retry by a filter', () => {
  test('P5: abandon means rollbacks alone, whatever the filter', async () => {
    const desk = await openDesk();
    for (const id of ['a', 'b']) desk.ask({ op: 'create', id, groupId: id });
    await desk.rest();
    desk.report(turned(desk, 'b'));
    await desk.rest();
    const dry = desk.ask({ op: 'abandon', filter: {}, dryRun: true });
    const none = desk.ask({ op: 'abandon', filter: { state: 'applying' } });
    await desk.rest();
    expect(idsOf(dry.answer)).toEqual(['b']);
    expect(none.answer).toEqual({ matched: 0, commands: [] });
    expect(desk.ordersOf('operate')).toEqual([]);
  });

  test('P5: stuck rollbacks of a node that is gone are abandoned, all of them, and noted', async () => {
    const desk = await openDesk();
    const names = ['node01', 'node02', 'node03'];
    const nodes = Object.fromEntries(names.map((name) => [name, new SimNode(desk.clock)]));
    crewOf(desk, nodes);
    (nodes['node01'] as SimNode).otherwise = () => 'hang';
    for (const id of ['a', 'b', 'c']) {
      desk.ask({ op: 'create', id, groupId: id, deadlineMs: 100 });
    }
    await desk.advance(120_000);
    const retry = desk.ask({ op: 'retry', filter: { stuck: true } });
    await desk.advance(5000);
    expect(retry.answer).toMatchObject({ matched: 3 });
    const abandon = desk.ask({ op: 'abandon', filter: { stuck: true, node: 'node01' } });
    await desk.advance(5000);
    const gone = { state: 'abandoned', reason: 'deadline' };
    expect(abandon.answer).toMatchObject({ matched: 3, commands: [gone, gone, gone] });
    expect(desk.notes.filter(([what]) => what === 'operator: abandon')).toHaveLength(3);
  });
});
