import { describe, expect, test } from 'vitest';
import type { Loose } from '../../src/core/model.ts';
import { openDesk, POLICY } from './support/desk.ts';
import { settled, turned } from './support/reports.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('P6: one at a time per key', () => {
  test('P6: commands of a key are driven one by one, in the order of acceptance', async () => {
    const desk = await openDesk({ concurrency: 100 });
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) desk.ask({ op: 'create', id, groupId: '5' });
    for (const [index, id] of ids.entries()) {
      await desk.rest();
      expect(desk.driven).toEqual(ids.slice(0, index + 1));
      desk.report(settled(desk, id));
    }
    await desk.rest();
    expect(desk.coordinator.commands.registry.size).toBe(0);
  });

  test('P6: only the holder of the key has its intent written with its acceptance', async () => {
    const desk = await openDesk();
    for (const id of ['a', 'b']) desk.ask({ op: 'create', id, groupId: '5' });
    await desk.rest();
    expect(desk.journal.commits[0]?.accept.map(({ begun }) => begun)).toEqual([true, false]);
    desk.report(settled(desk, 'a'));
    await desk.rest();
    const [, second] = desk.ordersOf('drive');
    expect(second).toMatchObject({ command: { id: 'b' }, entries: [] });
  });

  test('P10: a command that waits in vain for its key is told which command had it', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: DAY_MS });
    const waits = desk.ask({ op: 'create', id: 'b', groupId: '5', deadlineMs: 1000 });
    await desk.advance(1500);
    const lastResponse = 'not asked: command a had the key';
    const nodes = { node01: { state: 'unknown', attempts: 0, lastResponse } };
    expect(waits.answer).toMatchObject({ state: 'refused', reason: 'deadline', nodes });
  });

  test('P6: a key that is held up holds up no other', async () => {
    const desk = await openDesk({ concurrency: 3 });
    for (const id of ['a', 'b', 'c']) desk.ask({ op: 'create', id, groupId: '5' });
    for (const id of ['x', 'y']) desk.ask({ op: 'create', id, groupId: id });
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'x', 'y']);
  });

  test('P6: a rollback keeps its key and gives its place to other keys', async () => {
    const desk = await openDesk({ concurrency: 1 });
    for (const id of ['a', 'b']) desk.ask({ op: 'create', id, groupId: '5', deadlineMs: DAY_MS });
    desk.ask({ op: 'create', id: 'x', groupId: '6', deadlineMs: DAY_MS });
    await desk.rest();
    expect(desk.driven).toEqual(['a']);
    desk.report(turned(desk, 'a'));
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'x']);
    desk.report(settled(desk, 'a', { state: 'rolled_back', reason: 'deadline' }));
    await desk.rest();
    // x has the only place still.
    expect(desk.driven).toEqual(['a', 'x']);
    desk.report(settled(desk, 'x'));
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'x', 'b']);
  });

  test('P6: whoever leaves the line lets nobody begin out of turn', async () => {
    const desk = await openDesk();
    for (const id of ['a', 'b', 'c', 'd']) desk.ask({ op: 'create', id, groupId: '5' });
    await desk.rest();
    const cancelled = desk.ask({ op: 'cancel', id: 'c' });
    await desk.rest();
    expect(cancelled.answer).toMatchObject({ state: 'refused', reason: 'cancelled' });
    expect(desk.driven).toEqual(['a']);
    desk.report(settled(desk, 'a'));
    await desk.rest();
    desk.report(settled(desk, 'b'));
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'b', 'd']);
  });

  test('P6: a command that comes in with the settlement before it begins just once', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    desk.report(settled(desk, 'a'));
    desk.ask({ op: 'create', id: 'b', groupId: '5' });
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'b']);
    desk.ask({ op: 'create', id: 'c', groupId: '5' });
    desk.report(settled(desk, 'b'));
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'b', 'c']);
  });
});

describe('P4: what earlier commands of a key may still do', () => {
  const lateCreate = (until: number, token = '1.000000'): Record<string, Loose[]> => ({
    node02: [{ effect: 'present', token, until }],
  });

  test('P4.4: an opposed command begins only when the loose request has ended', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    desk.ask({ op: 'delete', id: 'b', groupId: '5' });
    await desk.rest();
    const until = desk.clock.now() + POLICY.quiesceMs;
    desk.report(settled(desk, 'a', { loose: lateCreate(until) }));
    await desk.rest();
    await desk.advance(POLICY.quiesceMs - 1);
    expect(desk.driven).toEqual(['a']);
    await desk.advance(1);
    expect(desk.driven).toEqual(['a', 'b']);
    expect(desk.ordersOf('drive')[1]?.history).toEqual({});
  });

  test('P4.4: it waits for the requests of every earlier command, not of the last alone', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    const start = desk.clock.now();
    desk.report(settled(desk, 'a', { loose: lateCreate(start + 5000) }));
    desk.ask({ op: 'create', id: 'b', groupId: '5', ensure: true });
    await desk.rest();
    desk.report(settled(desk, 'b', { loose: lateCreate(start + 1000, '2.000000') }));
    desk.ask({ op: 'delete', id: 'c', groupId: '5' });
    await desk.rest();
    await desk.advance(4999);
    expect(desk.driven).toEqual(['a', 'b']);
    await desk.advance(1);
    expect(desk.driven).toEqual(['a', 'b', 'c']);
  });

  test('P4.3: requests that agree with the want are not waited for, and are handed over', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'delete', id: 'a', groupId: '5' });
    await desk.rest();
    const loose = { node01: [{ effect: 'absent' as const, until: desk.clock.now() + 5000 }] };
    desk.report(settled(desk, 'a', { loose }));
    desk.ask({ op: 'delete', id: 'b', groupId: '5' });
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'b']);
    expect(desk.ordersOf('drive')[1]?.history).toEqual({ loose });
  });

  test('P4.4: a new command on a quiet key with an opposing loose request does not begin', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'delete', id: 'a', groupId: '5' });
    await desk.rest();
    const loose = { node01: [{ effect: 'absent' as const, until: desk.clock.now() + 5000 }] };
    desk.report(settled(desk, 'a', { loose }));
    await desk.rest();
    desk.ask({ op: 'create', id: 'b', groupId: '5' });
    await desk.rest();
    expect(desk.journal.commits.at(-1)?.accept).toMatchObject([{ begun: false }]);
    expect(desk.driven).toEqual(['a']);
    await desk.advance(5000);
    expect(desk.driven).toEqual(['a', 'b']);
  });

  test('P4.4: who is cancelled while it waits does not begin, and its successor still does', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    for (const id of ['b', 'c']) desk.ask({ op: 'delete', id, groupId: '5' });
    await desk.rest();
    desk.report(settled(desk, 'a', { loose: lateCreate(desk.clock.now() + 5000) }));
    await desk.rest();
    desk.ask({ op: 'cancel', id: 'b' });
    await desk.advance(5000);
    expect(desk.driven).toEqual(['a', 'c']);
  });

  test('P4.5: loose requests are forgotten in the journal when they have ended, not before', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    const seq = desk.seqOf('a');
    desk.report(settled(desk, 'a', { loose: lateCreate(desk.clock.now() + 5000) }));
    await desk.rest();
    await desk.advance(4900);
    expect(desk.journal.commits.flatMap(({ forget }) => forget)).toEqual([]);
    await desk.advance(500);
    expect(desk.journal.commits.flatMap(({ forget }) => forget)).toEqual([seq]);
    expect(await desk.journal.loadLoose(0, 10)).toEqual([]);
  });

  test('P9: commands that inherit each others loose requests do not multiply them', async () => {
    const desk = await openDesk();
    const until = desk.clock.now() + 5000;
    let handed: Readonly<Record<string, readonly Loose[]>> | undefined = lateCreate(until);
    for (let index = 0; index < 40; index++) {
      const id = String(index);
      desk.ask({ op: 'create', id, groupId: '5' });
      await desk.rest();
      if (index > 0) handed = desk.ordersOf('drive').at(-1)?.history.loose;
      // As the core does it: the settlement repeats what is still loose.
      if (handed === undefined) throw new Error('nothing was handed over');
      desk.report(settled(desk, id, { state: 'refused', loose: handed }));
      await desk.rest();
    }
    expect(handed).toEqual(lateCreate(until));
  });
});
