import { describe, expect, test } from 'vitest';
import { openHarness } from './support/harness.ts';
import { answerLast, settled, turned } from './support/reports.ts';

describe('cancel', () => {
  test('of a command in line for its key: refused, and never driven', async () => {
    const harness = await openHarness();
    const commands = ['a', 'b'].map((id) => harness.ask({ op: 'create', id, groupId: '5' }));
    await harness.rest();
    const cancel = harness.ask({ op: 'cancel', id: 'b' });
    await harness.rest();
    expect(cancel.answer).toMatchObject({ id: 'b', state: 'refused', reason: 'cancelled' });
    expect(commands[1]?.answer).toEqual(cancel.answer);
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(harness.driven).toEqual(['a']);
  });

  test('P2: of a command in its lane whose intent is durable: refused, nothing was changed', async () => {
    const harness = await openHarness({ concurrency: 1 });
    for (const id of ['a', 'b', 'c']) harness.ask({ op: 'create', id, groupId: id });
    await harness.rest();
    const cancel = harness.ask({ op: 'cancel', id: 'b' });
    await harness.rest();
    expect(cancel.answer).toMatchObject({ id: 'b', state: 'refused', reason: 'cancelled' });
    expect(await harness.journal.find('b')).toMatchObject({ state: 'refused' });
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'c']);
  });

  test('P3: in the turn of its acceptance: it is accepted, then refused', async () => {
    const harness = await openHarness({ concurrency: 1 });
    harness.ask({ op: 'create', id: 'x', groupId: 'x' });
    await harness.rest();
    const command = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    const cancel = harness.ask({ op: 'cancel', id: 'a' });
    await harness.rest();
    expect(cancel.answer).toMatchObject({ state: 'refused', reason: 'cancelled' });
    expect(command.answer).toEqual(cancel.answer);
    expect(harness.events.map(([topic]) => topic)).toEqual([
      'command.accepted',
      'command.accepted',
      'command.refused',
      'act.cancel',
    ]);
  });

  test('twice in one turn: both are answered by the one settlement', async () => {
    const harness = await openHarness();
    for (const id of ['a', 'b']) harness.ask({ op: 'create', id, groupId: '5' });
    await harness.rest();
    const ops = ['cancel', 'cancel', 'retry', 'abandon'] as const;
    const asked = ops.map((op) => harness.ask({ op, id: 'b' }));
    await harness.rest();
    for (const one of asked) expect(one.answer).toMatchObject({ state: 'refused' });
    expect(harness.journal.commits.flatMap(({ settle }) => settle)).toHaveLength(1);
  });

  test('of a driven command: its executor gets the request, and its result is the answer', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const cancel = harness.ask({ op: 'cancel', id: 'a' });
    await harness.rest();
    expect(harness.ordersOf('operate')).toMatchObject([{ seq: harness.seqOf('a'), act: 'cancel' }]);
    expect(cancel.isOpen).toBe(true);
    harness.report(turned(harness, 'a', 'cancelled'));
    answerLast(harness, 'operate');
    await harness.rest();
    answerLast(harness, 'inspect');
    await harness.rest();
    expect(cancel.answer).toMatchObject({ state: 'compensating', reason: 'cancelled' });
  });

  test('P3: of a command that settles meanwhile: the settlement, once it is durable', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const early = harness.ask({ op: 'cancel', id: 'a' });
    await harness.rest();
    harness.journal.hold();
    harness.report(settled(harness, 'a'));
    const late = harness.ask({ op: 'cancel', id: 'a' });
    answerLast(harness, 'operate');
    await harness.rest();
    expect(harness.ordersOf('operate')).toHaveLength(1);
    expect([early.isOpen, late.isOpen]).toEqual([true, true]);
    harness.journal.release();
    await harness.rest();
    expect(early.answer).toMatchObject({ id: 'a', state: 'committed' });
    expect(late.answer).toMatchObject({ error: { message: 'a is settled: committed' } });
  });

  test('P9: an executor that does not answer in time leaves no client waiting', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const cancel = harness.ask({ op: 'cancel', id: 'a' });
    await harness.advance(59_000);
    expect(cancel.isOpen).toBe(true);
    await harness.advance(1500);
    expect(cancel.answer).toMatchObject({ id: 'a', state: 'applying' });
  });

  test('of a settled command: nothing is left to cancel; of none: unknown', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    const settledOne = harness.ask({ op: 'cancel', id: 'a' });
    const unknown = harness.ask({ op: 'cancel', id: 'z' });
    await harness.rest();
    expect(settledOne.answer).toMatchObject({
      id: 'a',
      error: { code: 'invalid_request', field: 'id', message: 'a is settled: committed' },
    });
    expect(unknown.answer).toMatchObject({ id: 'z', error: { code: 'unknown_command' } });
  });

  test('P5: of a recovered command that no executor has yet: come back later', async () => {
    const before = await openHarness({ concurrency: 100 });
    for (const id of ['a', 'b']) before.ask({ op: 'create', id, groupId: id });
    await before.rest();
    const harness = await openHarness({
      clock: before.clock,
      from: before.crash(),
      concurrency: 1,
    });
    expect(harness.driven).toEqual(['a']);
    const cancel = harness.ask({ op: 'cancel', id: 'b' });
    const retry = harness.ask({ op: 'retry', id: 'b' });
    await harness.rest();
    expect(cancel.answer).toMatchObject({ id: 'b', error: { code: 'unavailable' } });
    expect(retry.answer).toMatchObject({ id: 'b', state: 'applying' });
    expect(await harness.journal.find('b')).toMatchObject({ state: 'applying' });
  });
});

describe('abandon and retry', () => {
  test('P5: only a rollback can be abandoned, and the error says so', async () => {
    const harness = await openHarness({ concurrency: 1 });
    for (const id of ['a', 'b']) harness.ask({ op: 'create', id, groupId: id });
    await harness.rest();
    const asked = ['a', 'b'].map((id) => harness.ask({ op: 'abandon', id }));
    await harness.rest();
    for (const { answer } of asked) {
      expect(answer).toMatchObject({ error: { code: 'invalid_request', field: 'id' } });
      expect(JSON.stringify(answer)).toContain('is applying, not compensating');
    }
    expect(harness.ordersOf('operate')).toEqual([]);
  });

  test('P5: a rollback is abandoned by its executor, and the answer is the settlement', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.report(turned(harness, 'a'));
    await harness.rest();
    const abandon = harness.ask({ op: 'abandon', id: 'a' });
    await harness.rest();
    expect(harness.ordersOf('operate')).toMatchObject([{ act: 'abandon' }]);
    harness.report(settled(harness, 'a', { state: 'abandoned', reason: 'deadline' }));
    answerLast(harness, 'operate');
    await harness.rest();
    expect(abandon.answer).toMatchObject({ id: 'a', state: 'abandoned', reason: 'deadline' });
  });

  test('a retry of a driven command reaches its executor and shows how the nodes stand', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const retry = harness.ask({ op: 'retry', id: 'a' });
    await harness.rest();
    answerLast(harness, 'operate');
    await harness.rest();
    const { ticket } = harness.ordersOf('inspect')[0] ?? { ticket: 0 };
    const nodes = { node01: { state: 'unknown', attempts: 7, lastResponse: 'timeout' } } as const;
    const inspection = { state: 'applying', stuck: false, forwardOnly: false, nodes } as const;
    harness.report({ kind: 'answered', ticket, value: { of: 'inspect', inspection } });
    await harness.rest();
    expect(retry.answer).toMatchObject({ id: 'a', state: 'applying', nodes });
  });

  test('a retry of a command that waits changes nothing', async () => {
    const harness = await openHarness();
    for (const id of ['a', 'b']) harness.ask({ op: 'create', id, groupId: '5' });
    await harness.rest();
    const retry = harness.ask({ op: 'retry', id: 'b' });
    await harness.rest();
    expect(retry.answer).toMatchObject({ id: 'b', state: 'accepted' });
    expect(harness.ordersOf('operate')).toEqual([]);
  });
});
