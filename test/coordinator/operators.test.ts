import { describe, expect, test } from 'vitest';
import type { Order } from '../../src/protocol/work.ts';
import { type Desk, openDesk } from './support/desk.ts';
import { settled, turned } from './support/reports.ts';

/** The executor answers its last order of this kind. */
function answerLast(desk: Desk, kind: 'operate' | 'inspect'): void {
  const order = desk.ordersOf(kind).at(-1) as Extract<Order, { ticket: number }>;
  desk.report({ kind: 'answered', ticket: order.ticket, value: { of: kind } });
}

describe('cancel', () => {
  test('of a command in line for its key: refused, and never driven', async () => {
    const desk = await openDesk();
    const commands = ['a', 'b'].map((id) => desk.ask({ op: 'create', id, groupId: '5' }));
    await desk.rest();
    const cancel = desk.ask({ op: 'cancel', id: 'b' });
    await desk.rest();
    expect(cancel.answer).toMatchObject({ id: 'b', state: 'refused', reason: 'cancelled' });
    expect(commands[1]?.answer).toEqual(cancel.answer);
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(desk.driven).toEqual(['a']);
  });

  test('P2: of a command in its lane whose intent is durable: refused, nothing was changed', async () => {
    const desk = await openDesk({ concurrency: 1 });
    for (const id of ['a', 'b', 'c']) desk.ask({ op: 'create', id, groupId: id });
    await desk.rest();
    const cancel = desk.ask({ op: 'cancel', id: 'b' });
    await desk.rest();
    expect(cancel.answer).toMatchObject({ id: 'b', state: 'refused', reason: 'cancelled' });
    expect(await desk.journal.find('b')).toMatchObject({ state: 'refused' });
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'c']);
  });

  test('P3: in the turn of its acceptance: it is accepted, then refused', async () => {
    const desk = await openDesk({ concurrency: 1 });
    desk.ask({ op: 'create', id: 'x', groupId: 'x' });
    await desk.rest();
    const command = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    const cancel = desk.ask({ op: 'cancel', id: 'a' });
    await desk.rest();
    expect(cancel.answer).toMatchObject({ state: 'refused', reason: 'cancelled' });
    expect(command.answer).toEqual(cancel.answer);
    expect(desk.events.map(([topic]) => topic)).toEqual([
      'command.accepted',
      'command.accepted',
      'command.refused',
    ]);
  });

  test('twice in one turn: both are answered by the one settlement', async () => {
    const desk = await openDesk();
    for (const id of ['a', 'b']) desk.ask({ op: 'create', id, groupId: '5' });
    await desk.rest();
    const ops = ['cancel', 'cancel', 'retry', 'abandon'] as const;
    const asked = ops.map((op) => desk.ask({ op, id: 'b' }));
    await desk.rest();
    for (const one of asked) expect(one.answer).toMatchObject({ state: 'refused' });
    expect(desk.journal.commits.flatMap(({ settle }) => settle)).toHaveLength(1);
  });

  test('of a driven command: its executor is told, and what became of it is the answer', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    const cancel = desk.ask({ op: 'cancel', id: 'a' });
    await desk.rest();
    expect(desk.ordersOf('operate')).toMatchObject([{ seq: desk.seqOf('a'), act: 'cancel' }]);
    expect(cancel.isOpen).toBe(true);
    desk.report(turned(desk, 'a', 'cancelled'));
    answerLast(desk, 'operate');
    await desk.rest();
    answerLast(desk, 'inspect');
    await desk.rest();
    expect(cancel.answer).toMatchObject({ state: 'compensating', reason: 'cancelled' });
  });

  test('P3: of a command that settles meanwhile: the settlement, once it is durable', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    const early = desk.ask({ op: 'cancel', id: 'a' });
    await desk.rest();
    desk.journal.hold();
    desk.report(settled(desk, 'a'));
    const late = desk.ask({ op: 'cancel', id: 'a' });
    answerLast(desk, 'operate');
    await desk.rest();
    expect(desk.ordersOf('operate')).toHaveLength(1);
    expect([early.isOpen, late.isOpen]).toEqual([true, true]);
    desk.journal.release();
    await desk.rest();
    expect(early.answer).toMatchObject({ id: 'a', state: 'committed' });
    expect(late.answer).toEqual(early.answer);
  });

  test('P9: an executor that does not answer in time leaves nobody waiting', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    const cancel = desk.ask({ op: 'cancel', id: 'a' });
    await desk.advance(59_000);
    expect(cancel.isOpen).toBe(true);
    await desk.advance(1500);
    expect(cancel.answer).toMatchObject({ id: 'a', state: 'applying' });
  });

  test('of a settled command: nothing is left to cancel; of none: unknown', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    const settledOne = desk.ask({ op: 'cancel', id: 'a' });
    const unknown = desk.ask({ op: 'cancel', id: 'z' });
    await desk.rest();
    expect(settledOne.answer).toMatchObject({
      id: 'a',
      error: { code: 'invalid_request', field: 'id', message: 'a is settled: committed' },
    });
    expect(unknown.answer).toMatchObject({ id: 'z', error: { code: 'unknown_command' } });
  });

  test('P5: of a recovered command that no executor has yet: come back later', async () => {
    const before = await openDesk({ concurrency: 100 });
    for (const id of ['a', 'b']) before.ask({ op: 'create', id, groupId: id });
    await before.rest();
    const desk = await openDesk({ clock: before.clock, from: before.crash(), concurrency: 1 });
    expect(desk.driven).toEqual(['a']);
    const cancel = desk.ask({ op: 'cancel', id: 'b' });
    const retry = desk.ask({ op: 'retry', id: 'b' });
    await desk.rest();
    expect(cancel.answer).toMatchObject({ id: 'b', error: { code: 'unavailable' } });
    expect(retry.answer).toMatchObject({ id: 'b', state: 'applying' });
    expect(await desk.journal.find('b')).toMatchObject({ state: 'applying' });
  });
});

describe('abandon and retry', () => {
  test('P5: only a rollback can be abandoned, and the error says so', async () => {
    const desk = await openDesk({ concurrency: 1 });
    for (const id of ['a', 'b']) desk.ask({ op: 'create', id, groupId: id });
    await desk.rest();
    const asked = ['a', 'b'].map((id) => desk.ask({ op: 'abandon', id }));
    await desk.rest();
    for (const { answer } of asked) {
      expect(answer).toMatchObject({ error: { code: 'invalid_request', field: 'id' } });
      expect(JSON.stringify(answer)).toContain('is applying, not compensating');
    }
    expect(desk.ordersOf('operate')).toEqual([]);
  });

  test('P5: a rollback is abandoned by its executor, and the answer is the settlement', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    desk.report(turned(desk, 'a'));
    await desk.rest();
    const abandon = desk.ask({ op: 'abandon', id: 'a' });
    await desk.rest();
    expect(desk.ordersOf('operate')).toMatchObject([{ act: 'abandon' }]);
    desk.report(settled(desk, 'a', { state: 'abandoned', reason: 'deadline' }));
    answerLast(desk, 'operate');
    await desk.rest();
    expect(abandon.answer).toMatchObject({ id: 'a', state: 'abandoned', reason: 'deadline' });
  });

  test('a retry of a driven command reaches its executor and shows how the nodes stand', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    const retry = desk.ask({ op: 'retry', id: 'a' });
    await desk.rest();
    answerLast(desk, 'operate');
    await desk.rest();
    const { ticket } = desk.ordersOf('inspect')[0] ?? { ticket: 0 };
    const nodes = { node01: { state: 'unknown', attempts: 7, lastResponse: 'timeout' } } as const;
    const inspection = { state: 'applying', stuck: false, forwardOnly: false, nodes } as const;
    desk.report({ kind: 'answered', ticket, value: { of: 'inspect', inspection } });
    await desk.rest();
    expect(retry.answer).toMatchObject({ id: 'a', state: 'applying', nodes });
  });

  test('a retry of a command that waits changes nothing', async () => {
    const desk = await openDesk();
    for (const id of ['a', 'b']) desk.ask({ op: 'create', id, groupId: '5' });
    await desk.rest();
    const retry = desk.ask({ op: 'retry', id: 'b' });
    await desk.rest();
    expect(retry.answer).toMatchObject({ id: 'b', state: 'accepted' });
    expect(desk.ordersOf('operate')).toEqual([]);
  });
});
