import { describe, expect, test } from 'vitest';
import type { Loose } from '../../src/core/model.ts';
import { openHarness, POLICY } from './support/harness.ts';
import { settled, turned } from './support/reports.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('P6: one at a time per key', () => {
  test('P6: commands of a key are driven one by one, in the order of acceptance', async () => {
    const harness = await openHarness({ concurrency: 100 });
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) harness.ask({ op: 'create', id, groupId: '5' });
    for (const [index, id] of ids.entries()) {
      await harness.rest();
      expect(harness.driven).toEqual(ids.slice(0, index + 1));
      harness.report(settled(harness, id));
    }
    await harness.rest();
    expect(harness.coordinator.commands.registry.size).toBe(0);
  });

  test('P6: only the holder of the key has its intent written with its acceptance', async () => {
    const harness = await openHarness();
    for (const id of ['a', 'b']) harness.ask({ op: 'create', id, groupId: '5' });
    await harness.rest();
    expect(harness.journal.commits[0]?.accept.map(({ begun }) => begun)).toEqual([true, false]);
    harness.report(settled(harness, 'a'));
    await harness.rest();
    const [, second] = harness.ordersOf('drive');
    expect(second).toMatchObject({ command: { id: 'b' }, entries: [] });
  });

  test('P10: a command that waits in vain for its key names the command that had it', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: DAY_MS });
    const waits = harness.ask({ op: 'create', id: 'b', groupId: '5', deadlineMs: 1000 });
    await harness.advance(1500);
    const lastResponse = 'not asked: command a had the key';
    const nodes = { node01: { state: 'unknown', attempts: 0, lastResponse } };
    expect(waits.answer).toMatchObject({ state: 'refused', reason: 'deadline', nodes });
  });

  test('P6: a key that is held up holds up no other', async () => {
    const harness = await openHarness({ concurrency: 3 });
    for (const id of ['a', 'b', 'c']) harness.ask({ op: 'create', id, groupId: '5' });
    for (const id of ['x', 'y']) harness.ask({ op: 'create', id, groupId: id });
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'x', 'y']);
  });

  test('P6: a rollback keeps its key and gives its place to other keys', async () => {
    const harness = await openHarness({ concurrency: 1 });
    for (const id of ['a', 'b'])
      harness.ask({ op: 'create', id, groupId: '5', deadlineMs: DAY_MS });
    harness.ask({ op: 'create', id: 'x', groupId: '6', deadlineMs: DAY_MS });
    await harness.rest();
    expect(harness.driven).toEqual(['a']);
    harness.report(turned(harness, 'a'));
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'x']);
    harness.report(settled(harness, 'a', { state: 'rolled_back', reason: 'deadline' }));
    await harness.rest();
    // x has the only place still.
    expect(harness.driven).toEqual(['a', 'x']);
    harness.report(settled(harness, 'x'));
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'x', 'b']);
  });

  test('P6: a command that leaves the queue lets no other begin out of turn', async () => {
    const harness = await openHarness();
    for (const id of ['a', 'b', 'c', 'd']) harness.ask({ op: 'create', id, groupId: '5' });
    await harness.rest();
    const cancelled = harness.ask({ op: 'cancel', id: 'c' });
    await harness.rest();
    expect(cancelled.answer).toMatchObject({ state: 'refused', reason: 'cancelled' });
    expect(harness.driven).toEqual(['a']);
    harness.report(settled(harness, 'a'));
    await harness.rest();
    harness.report(settled(harness, 'b'));
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'b', 'd']);
  });

  test('P6: a command that comes in with the settlement before it begins just once', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    harness.ask({ op: 'create', id: 'b', groupId: '5' });
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'b']);
    harness.ask({ op: 'create', id: 'c', groupId: '5' });
    harness.report(settled(harness, 'b'));
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'b', 'c']);
  });
});

describe('P4: requests of earlier commands of a key', () => {
  const lateCreate = (until: number, token = '1.000000'): Record<string, Loose[]> => ({
    node02: [{ effect: 'present', token, until }],
  });

  test('P4.4: an opposed command begins only when the loose request has ended', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    harness.ask({ op: 'delete', id: 'b', groupId: '5' });
    await harness.rest();
    const until = harness.clock.now() + POLICY.quiesceMs;
    harness.report(settled(harness, 'a', { loose: lateCreate(until) }));
    await harness.rest();
    await harness.advance(POLICY.quiesceMs - 1);
    expect(harness.driven).toEqual(['a']);
    await harness.advance(1);
    expect(harness.driven).toEqual(['a', 'b']);
    expect(harness.ordersOf('drive')[1]?.history).toEqual({});
  });

  test('P4.4: it waits for the requests of every earlier command, not of the last alone', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const start = harness.clock.now();
    harness.report(settled(harness, 'a', { loose: lateCreate(start + 5000) }));
    harness.ask({ op: 'create', id: 'b', groupId: '5', ensure: true });
    await harness.rest();
    harness.report(settled(harness, 'b', { loose: lateCreate(start + 1000, '2.000000') }));
    harness.ask({ op: 'delete', id: 'c', groupId: '5' });
    await harness.rest();
    await harness.advance(4999);
    expect(harness.driven).toEqual(['a', 'b']);
    await harness.advance(1);
    expect(harness.driven).toEqual(['a', 'b', 'c']);
  });

  test('P4.3: requests that agree with the want are not waited for, and are handed over', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'delete', id: 'a', groupId: '5' });
    await harness.rest();
    const loose = { node01: [{ effect: 'absent' as const, until: harness.clock.now() + 5000 }] };
    harness.report(settled(harness, 'a', { loose }));
    harness.ask({ op: 'delete', id: 'b', groupId: '5' });
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'b']);
    expect(harness.ordersOf('drive')[1]?.history).toEqual({ loose });
  });

  test('P4.4: a new command on a quiet key with an opposing loose request does not begin', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'delete', id: 'a', groupId: '5' });
    await harness.rest();
    const loose = { node01: [{ effect: 'absent' as const, until: harness.clock.now() + 5000 }] };
    harness.report(settled(harness, 'a', { loose }));
    await harness.rest();
    harness.ask({ op: 'create', id: 'b', groupId: '5' });
    await harness.rest();
    expect(harness.journal.commits.at(-1)?.accept).toMatchObject([{ begun: false }]);
    expect(harness.driven).toEqual(['a']);
    await harness.advance(5000);
    expect(harness.driven).toEqual(['a', 'b']);
  });

  test('P4.4: who is cancelled while it waits does not begin, and its successor still does', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    for (const id of ['b', 'c']) harness.ask({ op: 'delete', id, groupId: '5' });
    await harness.rest();
    harness.report(settled(harness, 'a', { loose: lateCreate(harness.clock.now() + 5000) }));
    await harness.rest();
    harness.ask({ op: 'cancel', id: 'b' });
    await harness.advance(5000);
    expect(harness.driven).toEqual(['a', 'c']);
  });

  test('P4.5: loose requests are forgotten in the journal when they have ended, not before', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const seq = harness.seqOf('a');
    harness.report(settled(harness, 'a', { loose: lateCreate(harness.clock.now() + 5000) }));
    await harness.rest();
    await harness.advance(4900);
    expect(harness.journal.commits.flatMap(({ forget }) => forget)).toEqual([]);
    await harness.advance(500);
    expect(harness.journal.commits.flatMap(({ forget }) => forget)).toEqual([seq]);
    expect(await harness.journal.loadLoose(0, 10)).toEqual([]);
  });

  test('P9: commands that inherit each others loose requests do not multiply them', async () => {
    const harness = await openHarness();
    const until = harness.clock.now() + 5000;
    let handed: Readonly<Record<string, readonly Loose[]>> | undefined = lateCreate(until);
    for (let index = 0; index < 40; index++) {
      const id = String(index);
      harness.ask({ op: 'create', id, groupId: '5' });
      await harness.rest();
      if (index > 0) handed = harness.ordersOf('drive').at(-1)?.history.loose;
      // As the core does it: the settlement repeats what is still loose.
      if (handed === undefined) throw new Error('nothing was handed over');
      harness.report(settled(harness, id, { state: 'refused', loose: handed }));
      await harness.rest();
    }
    expect(handed).toEqual(lateCreate(until));
  });
});
