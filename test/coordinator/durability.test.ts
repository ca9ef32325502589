import { describe, expect, test } from 'vitest';
import { openHarness } from './support/harness.ts';
import { settled, turned } from './support/reports.ts';

describe('P2: durable before sent', () => {
  test('P2: no command is handed to an executor before its acceptance is durable', async () => {
    const harness = await openHarness();
    harness.journal.hold();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    expect(harness.journal.commits).toHaveLength(1);
    expect(harness.orders).toEqual([]);
    harness.journal.release();
    await harness.rest();
    expect(harness.driven).toEqual(['a']);
  });

  test('P2: an executor continues from an entry only when that is durable', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.journal.hold();
    harness.report(turned(harness, 'a'));
    await harness.rest();
    expect(harness.ordersOf('journaled')).toEqual([]);
    harness.journal.release();
    await harness.rest();
    expect(harness.ordersOf('journaled')).toEqual([{ kind: 'journaled', seq: harness.seqOf('a') }]);
  });

  test('P2: each report of entries is confirmed once, in the order of the reports', async () => {
    const harness = await openHarness();
    for (const id of ['a', 'b']) harness.ask({ op: 'delete', id, groupId: id });
    await harness.rest();
    const began = { kind: 'began', at: harness.clock.now(), findings: {} } as const;
    harness.report(
      { kind: 'entries', seq: harness.seqOf('a'), entries: [began] },
      { kind: 'entries', seq: harness.seqOf('b'), entries: [began] },
      turned(harness, 'a'),
    );
    await harness.rest();
    const [a, b] = [harness.seqOf('a'), harness.seqOf('b')];
    expect(harness.ordersOf('journaled').map(({ seq }) => seq)).toEqual([a, b, a]);
  });

  test('P2: the next command of a key is driven only when the one before is durably settled', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    harness.ask({ op: 'create', id: 'b', groupId: '5' });
    await harness.rest();
    harness.journal.hold();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(harness.driven).toEqual(['a']);
    harness.journal.release();
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'b']);
  });
});

describe('P3: durable before it is reported', () => {
  test('P3: neither an acceptance nor a final answer is reported before its commit', async () => {
    const harness = await openHarness();
    harness.journal.hold();
    const accepted = harness.ask({ op: 'create', id: 'a', groupId: '5', wait: 'accepted' });
    const final = harness.ask({ op: 'create', id: 'b', groupId: '6' });
    await harness.rest();
    expect([accepted.isOpen, final.isOpen, harness.events]).toEqual([true, true, []]);
    harness.journal.release();
    await harness.rest();
    expect(accepted.answer).toMatchObject({ id: 'a', state: 'applying' });
    harness.journal.hold();
    harness.report(settled(harness, 'b'));
    await harness.rest();
    expect(final.isOpen).toBe(true);
    expect(harness.events.map(([topic]) => topic)).not.toContain('command.committed');
    harness.journal.release();
    await harness.rest();
    expect(final.answer).toMatchObject({ id: 'b', state: 'committed' });
    expect(harness.events).toContainEqual(['command.committed', final.answer]);
  });

  test('P3: a status never reports what is not durable', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.journal.hold();
    harness.report(turned(harness, 'a', 'cancelled'));
    const asked = harness.ask({ op: 'status', id: 'a' });
    await harness.rest();
    expect(asked.isOpen).toBe(true);
    harness.journal.release();
    await harness.rest();
    const [inspect] = harness.ordersOf('inspect');
    harness.report({ kind: 'answered', ticket: inspect?.ticket ?? 0, value: { of: 'inspect' } });
    await harness.rest();
    expect(asked.answer).toMatchObject({ state: 'compensating', reason: 'cancelled' });
  });

  test('P3: a commit that fails is the end, and nothing it held is answered', async () => {
    const harness = await openHarness();
    harness.journal.hold();
    const asked = harness.ask({ op: 'create', id: 'a', groupId: '5', wait: 'accepted' });
    await harness.rest();
    const late = harness.ask({ op: 'create', id: 'b', groupId: '6', wait: 'accepted' });
    const full = new Error('the disk is full');
    harness.journal.failWith(full);
    await harness.rest();
    expect(harness.fatal).toEqual([full]);
    await harness.coordinator.close();
    expect([asked.answers, late.answers, harness.orders]).toEqual([[], [], []]);
    const later = harness.ask({ op: 'create', id: 'c', groupId: '7' });
    expect(later.answer).toMatchObject({ error: { code: 'draining' } });
  });
});

describe('group commit', () => {
  test('the happy path of a command costs two commits', async () => {
    const harness = await openHarness();
    const asked = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(asked.answer).toMatchObject({ state: 'committed' });
    expect(harness.journal.commits).toHaveLength(2);
    const [first, second] = harness.journal.commits;
    expect(first?.accept.map(({ begun }) => begun)).toEqual([true]);
    expect(second?.settle).toHaveLength(1);
  });

  test('a command that surveys costs a third, for its intent with the findings', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'delete', id: 'a', groupId: '5' });
    await harness.rest();
    const findings = { node01: { presence: 'absent' } } as const;
    const began = { kind: 'began', at: harness.clock.now(), findings } as const;
    harness.report({ kind: 'entries', seq: harness.seqOf('a'), entries: [began] });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(harness.journal.commits).toHaveLength(3);
    expect(harness.journal.commits[0]?.accept[0]?.begun).toBe(false);
    expect(harness.journal.commits[1]?.begin).toMatchObject([{ findings }]);
  });

  test('requests that arrive while a commit runs share the next one', async () => {
    const harness = await openHarness();
    harness.journal.hold();
    harness.ask({ op: 'create', groupId: '0' });
    await harness.rest();
    for (let key = 1; key <= 100; key++) harness.ask({ op: 'create', groupId: String(key) });
    await harness.rest();
    expect(harness.journal.commits).toHaveLength(1);
    harness.journal.release();
    await harness.rest();
    expect(harness.journal.commits.map(({ accept }) => accept.length)).toEqual([1, 100]);
  });

  test('everything that arrives in one event-loop turn shares one commit: commands, entries and settlements', async () => {
    const harness = await openHarness();
    for (const id of ['a', 'b']) harness.ask({ op: 'create', id, groupId: id });
    await harness.rest();
    harness.ask({ op: 'create', id: 'c', groupId: 'c' });
    harness.report(turned(harness, 'a'), settled(harness, 'b'));
    await harness.rest();
    expect(harness.journal.commits).toHaveLength(2);
    const { accept, append, settle } = harness.journal.commits[1] ?? {};
    expect([accept?.length, append?.length, settle?.length]).toEqual([1, 1, 1]);
  });

  test('P9: a commit covers a bounded number of commands, one batch of many included', async () => {
    const harness = await openHarness();
    const commands = Array.from({ length: 2500 }, (_, key) => ({
      op: 'create' as const,
      groupId: String(key),
      wait: 'accepted' as const,
    }));
    const asked = harness.ask({ op: 'batch', commands });
    await harness.rest();
    expect(harness.journal.commits.map(({ accept }) => accept.length)).toEqual([1000, 1000, 500]);
    expect((asked.answer as { results: unknown[] }).results).toHaveLength(2500);
  });
});
