import { describe, expect, test } from 'vitest';
import type { Answer, SelectionAnswer } from '../../src/protocol/answer.ts';
import { crewOf } from './support/crew.ts';
import { type Harness, openHarness } from './support/harness.ts';
import { settled, turned } from './support/reports.ts';
import { SimNode } from './support/sim-node.ts';

/** `busy` is with the executor; `a` to `e` wait in their lanes, the odd ones in bulk. */
async function openQueue(): Promise<Harness> {
  const harness = await openHarness({ concurrency: 1 });
  harness.ask({ op: 'create', id: 'busy', groupId: 'busy' });
  await harness.rest();
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    const lane = 'ace'.includes(id) ? 'bulk' : 'interactive';
    harness.ask({ op: 'delete', id, groupId: id, lane });
    await harness.advance(1000);
  }
  return harness;
}

function idsOf(answer: Answer): readonly (string | undefined)[] {
  return (answer as SelectionAnswer).commands.map(({ id }) => id);
}

describe('cancel by a filter', () => {
  test('turns back what matches, oldest first, and leaves the rest', async () => {
    const harness = await openQueue();
    const cancel = harness.ask({ op: 'cancel', filter: { lane: 'bulk', state: 'accepted' } });
    await harness.rest();
    expect(cancel.answer).toMatchObject({
      matched: 3,
      commands: [
        { id: 'a', state: 'refused', reason: 'cancelled' },
        { id: 'c', state: 'refused', reason: 'cancelled' },
        { id: 'e', state: 'refused', reason: 'cancelled' },
      ],
    });
    expect(await harness.journal.find('b')).toMatchObject({ state: 'accepted' });
  });

  test('as a dry run it reports the same and changes nothing', async () => {
    const harness = await openQueue();
    const commits = harness.journal.commits.length;
    const dry = harness.ask({ op: 'cancel', filter: { op: 'delete' }, dryRun: true, limit: 2 });
    await harness.rest();
    expect(dry.answer).toMatchObject({
      matched: 5,
      commands: [
        { id: 'a', state: 'accepted', lane: 'bulk' },
        { id: 'b', state: 'accepted', lane: 'interactive' },
      ],
    });
    expect(harness.journal.commits).toHaveLength(commits);
    expect(harness.ordersOf('operate')).toEqual([]);
    expect(harness.notes).toEqual([]);
  });

  test('P9: a page is bounded, and `next` continues behind it', async () => {
    const harness = await openQueue();
    const pages: (readonly (string | undefined)[])[] = [];
    let cursor: string | undefined;
    do {
      const page = harness.ask({
        op: 'cancel',
        filter: { op: 'delete' },
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      });
      await harness.rest();
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
    const harness = await openQueue();
    const dry = harness.ask({ op: 'cancel', filter, dryRun: true });
    await harness.rest();
    expect(idsOf(dry.answer)).toEqual(ids);
  });

  test('P3: a command that is not durable yet is not told of', async () => {
    const harness = await openHarness();
    harness.journal.hold();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const dry = harness.ask({ op: 'cancel', filter: {}, dryRun: true });
    await harness.rest();
    expect(dry.isOpen).toBe(true);
    harness.journal.release();
    await harness.rest();
    expect(idsOf(dry.answer)).toEqual(['a']);
  });

  test('a command that settles meanwhile is answered with its settlement', async () => {
    const harness = await openQueue();
    harness.journal.holdActs();
    const cancel = harness.ask({ op: 'cancel', filter: { op: 'create' } });
    await harness.rest();
    // While this commit is held nothing is selected; the report and a long piece of work wait before the selected.
    harness.ask({ op: 'delete', id: 'z', groupId: 'z' });
    harness.journal.hold();
    harness.journal.releaseActs();
    await harness.rest();
    harness.report(settled(harness, 'busy'));
    harness.coordinator.post(() => harness.clock.spend(100));
    harness.journal.release();
    await harness.rest();
    expect(cancel.answer).toMatchObject({ commands: [{ id: 'busy', state: 'committed' }] });
  });

  test('each is noted for the log, with who said so', async () => {
    const harness = await openQueue();
    harness.ask({ op: 'cancel', filter: { lane: 'bulk' }, by: 'ann@bastion' });
    await harness.rest();
    expect(harness.notes.slice(0, 3)).toEqual(
      ['a', 'c', 'e'].map((id) => [
        'operator: cancel, by a filter',
        { id, of: 'delete', state: 'accepted', by: 'ann@bastion (unverified)' },
      ]),
    );
    expect(harness.notes.slice(3)).toEqual([
      ['operator: cancel', expect.objectContaining({ matched: 3, results: 'refused 3' })],
    ]);
  });
});

describe('abandon and retry by a filter', () => {
  test('P5: abandon means rollbacks alone, whatever the filter', async () => {
    const harness = await openHarness();
    for (const id of ['a', 'b']) harness.ask({ op: 'create', id, groupId: id });
    await harness.rest();
    harness.report(turned(harness, 'b'));
    await harness.rest();
    const dry = harness.ask({ op: 'abandon', filter: {}, dryRun: true });
    const none = harness.ask({ op: 'abandon', filter: { state: 'applying' } });
    await harness.rest();
    expect(idsOf(dry.answer)).toEqual(['b']);
    expect(none.answer).toEqual({ matched: 0, commands: [] });
    expect(harness.ordersOf('operate')).toEqual([]);
  });

  test('P5: stuck rollbacks of a node that is gone are abandoned, all of them, and noted', async () => {
    const harness = await openHarness();
    const names = ['node01', 'node02', 'node03'];
    const nodes = Object.fromEntries(names.map((name) => [name, new SimNode(harness.clock)]));
    crewOf(harness, nodes);
    (nodes['node01'] as SimNode).otherwise = () => 'hang';
    for (const id of ['a', 'b', 'c']) {
      harness.ask({ op: 'create', id, groupId: id, deadlineMs: 100 });
    }
    await harness.advance(120_000);
    const retry = harness.ask({ op: 'retry', filter: { stuck: true } });
    await harness.advance(5000);
    expect(retry.answer).toMatchObject({ matched: 3 });
    const abandon = harness.ask({ op: 'abandon', filter: { stuck: true, node: 'node01' } });
    await harness.advance(5000);
    const gone = { state: 'abandoned', reason: 'deadline' };
    expect(abandon.answer).toMatchObject({ matched: 3, commands: [gone, gone, gone] });
    expect(
      harness.notes.filter(([what]) => what === 'operator: abandon, by a filter'),
    ).toHaveLength(3);
  });
});
