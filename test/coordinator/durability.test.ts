import { describe, expect, test } from 'vitest';
import { openDesk } from './support/desk.ts';
import { settled, turned } from './support/reports.ts';

describe('P2: durable before sent', () => {
  test('P2: no command is handed to an executor before its acceptance is durable', async () => {
    const desk = await openDesk();
    desk.journal.hold();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    expect(desk.journal.commits).toHaveLength(1);
    expect(desk.orders).toEqual([]);
    desk.journal.release();
    await desk.rest();
    expect(desk.driven).toEqual(['a']);
  });

  test('P2: an executor goes on from an entry only when that is durable', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    desk.journal.hold();
    desk.report(turned(desk, 'a'));
    await desk.rest();
    expect(desk.ordersOf('journaled')).toEqual([]);
    desk.journal.release();
    await desk.rest();
    expect(desk.ordersOf('journaled')).toEqual([{ kind: 'journaled', seq: desk.seqOf('a') }]);
  });

  test('P2: each report of entries is confirmed once, in the order of the reports', async () => {
    const desk = await openDesk();
    for (const id of ['a', 'b']) desk.ask({ op: 'delete', id, groupId: id });
    await desk.rest();
    const began = { kind: 'began', at: desk.clock.now(), findings: {} } as const;
    desk.report(
      { kind: 'entries', seq: desk.seqOf('a'), entries: [began] },
      { kind: 'entries', seq: desk.seqOf('b'), entries: [began] },
      turned(desk, 'a'),
    );
    await desk.rest();
    const [a, b] = [desk.seqOf('a'), desk.seqOf('b')];
    expect(desk.ordersOf('journaled').map(({ seq }) => seq)).toEqual([a, b, a]);
  });

  test('P2: the next command of a key is driven only when the one before is durably settled', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    desk.ask({ op: 'create', id: 'b', groupId: '5' });
    await desk.rest();
    desk.journal.hold();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(desk.driven).toEqual(['a']);
    desk.journal.release();
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'b']);
  });
});

describe('P3: durable before said', () => {
  test('P3: neither an acceptance nor a final answer is told before its commit', async () => {
    const desk = await openDesk();
    desk.journal.hold();
    const accepted = desk.ask({ op: 'create', id: 'a', groupId: '5', wait: 'accepted' });
    const final = desk.ask({ op: 'create', id: 'b', groupId: '6' });
    await desk.rest();
    expect([accepted.isOpen, final.isOpen, desk.events]).toEqual([true, true, []]);
    desk.journal.release();
    await desk.rest();
    expect(accepted.answer).toMatchObject({ id: 'a', state: 'applying' });
    desk.journal.hold();
    desk.report(settled(desk, 'b'));
    await desk.rest();
    expect(final.isOpen).toBe(true);
    expect(desk.events.map(([topic]) => topic)).not.toContain('command.committed');
    desk.journal.release();
    await desk.rest();
    expect(final.answer).toMatchObject({ id: 'b', state: 'committed' });
    expect(desk.events).toContainEqual(['command.committed', final.answer]);
  });

  test('P3: a status never tells what is not durable', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    desk.journal.hold();
    desk.report(turned(desk, 'a', 'cancelled'));
    const asked = desk.ask({ op: 'status', id: 'a' });
    await desk.rest();
    expect(asked.isOpen).toBe(true);
    desk.journal.release();
    await desk.rest();
    const [inspect] = desk.ordersOf('inspect');
    desk.report({ kind: 'answered', ticket: inspect?.ticket ?? 0, value: { of: 'inspect' } });
    await desk.rest();
    expect(asked.answer).toMatchObject({ state: 'compensating', reason: 'cancelled' });
  });

  test('P3: a commit that fails is the end, and nothing it held is answered', async () => {
    const desk = await openDesk();
    desk.journal.hold();
    const asked = desk.ask({ op: 'create', id: 'a', groupId: '5', wait: 'accepted' });
    await desk.rest();
    const late = desk.ask({ op: 'create', id: 'b', groupId: '6', wait: 'accepted' });
    const full = new Error('the disk is full');
    desk.journal.failWith(full);
    await desk.rest();
    expect(desk.fatal).toEqual([full]);
    await desk.coordinator.close();
    expect([asked.answers, late.answers, desk.orders]).toEqual([[], [], []]);
    const later = desk.ask({ op: 'create', id: 'c', groupId: '7' });
    expect(later.answer).toMatchObject({ error: { code: 'draining' } });
  });
});

describe('group commit', () => {
  test('the happy path of a command costs two commits', async () => {
    const desk = await openDesk();
    const asked = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(asked.answer).toMatchObject({ state: 'committed' });
    expect(desk.journal.commits).toHaveLength(2);
    const [first, second] = desk.journal.commits;
    expect(first?.accept.map(({ begun }) => begun)).toEqual([true]);
    expect(second?.settle).toHaveLength(1);
  });

  test('a command that surveys costs a third, for its intent with the findings', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'delete', id: 'a', groupId: '5' });
    await desk.rest();
    const findings = { node01: { presence: 'absent' } } as const;
    const began = { kind: 'began', at: desk.clock.now(), findings } as const;
    desk.report({ kind: 'entries', seq: desk.seqOf('a'), entries: [began] });
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(desk.journal.commits).toHaveLength(3);
    expect(desk.journal.commits[0]?.accept[0]?.begun).toBe(false);
    expect(desk.journal.commits[1]?.begin).toMatchObject([{ findings }]);
  });

  test('what arrives while a commit runs shares the next one', async () => {
    const desk = await openDesk();
    desk.journal.hold();
    desk.ask({ op: 'create', groupId: '0' });
    await desk.rest();
    for (let key = 1; key <= 100; key++) desk.ask({ op: 'create', groupId: String(key) });
    await desk.rest();
    expect(desk.journal.commits).toHaveLength(1);
    desk.journal.release();
    await desk.rest();
    expect(desk.journal.commits.map(({ accept }) => accept.length)).toEqual([1, 100]);
  });

  test('what arrives in one turn shares one commit: commands, entries and settlements', async () => {
    const desk = await openDesk();
    for (const id of ['a', 'b']) desk.ask({ op: 'create', id, groupId: id });
    await desk.rest();
    desk.ask({ op: 'create', id: 'c', groupId: 'c' });
    desk.report(turned(desk, 'a'), settled(desk, 'b'));
    await desk.rest();
    expect(desk.journal.commits).toHaveLength(2);
    const { accept, append, settle } = desk.journal.commits[1] ?? {};
    expect([accept?.length, append?.length, settle?.length]).toEqual([1, 1, 1]);
  });

  test('P9: a commit covers a bounded number of commands, one batch of many included', async () => {
    const desk = await openDesk();
    const commands = Array.from({ length: 2500 }, (_, key) => ({
      op: 'create' as const,
      groupId: String(key),
      wait: 'accepted' as const,
    }));
    const asked = desk.ask({ op: 'batch', commands });
    await desk.rest();
    expect(desk.journal.commits.map(({ accept }) => accept.length)).toEqual([1000, 1000, 500]);
    expect((asked.answer as { results: unknown[] }).results).toHaveLength(2500);
  });
});
