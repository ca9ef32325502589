/** Commands that meet a breaker which is not closed. */
import { describe, expect, test } from 'vitest';
import { openHarness } from './support/harness.ts';
import { answerTrial, lanesOf, opened } from './support/outage.ts';
import { settled } from './support/reports.ts';

describe('while a breaker is open', () => {
  test('a command is refused at once, with a time to retry, and not journaled', async () => {
    const harness = await openHarness();
    await opened(harness);
    const asked = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    expect(asked.answer).toEqual({
      id: 'a',
      error: {
        code: 'unavailable',
        message: 'the breaker of node02 is open: 10 failures in a row',
        hint: 'Send it again after retryAfterMs, with the same id; nothing was journaled.',
        retryAfterMs: 750,
      },
    });
    expect(harness.journal.commits).toEqual([]);
  });

  test('P7: repeats of open commands join them; no other command takes their ids', async () => {
    const harness = await openHarness();
    const first = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    await opened(harness);
    const again = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    const other = harness.ask({ op: 'delete', id: 'a', groupId: '5' });
    await harness.rest();
    expect(other.answer).toMatchObject({ error: { code: 'id_conflict' } });
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(again.answer).toEqual(first.answer);
  });

  test('P7: a command that is done is reported again, and other content under its id is a conflict', async () => {
    const harness = await openHarness();
    const first = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    await opened(harness);
    const again = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    const other = harness.ask({ op: 'delete', id: 'a', groupId: '5' });
    await harness.rest();
    expect(again.answer).toEqual(first.answer);
    expect(other.answer).toMatchObject({ error: { code: 'id_conflict' } });
  });

  test('one that would rather wait is accepted, and takes no place', async () => {
    const harness = await openHarness({ concurrency: 1 });
    await opened(harness);
    const ids = ['a', 'b', 'c'];
    const asked = ids.map((id) =>
      harness.ask({ op: 'create', id, groupId: id, ifUnavailable: 'wait', wait: 'accepted' }),
    );
    await harness.rest();
    for (const { answer } of asked) expect(answer).toMatchObject({ state: 'accepted' });
    expect(
      harness.journal.commits.flatMap(({ accept }) => accept.map(({ begun }) => begun)),
    ).toEqual([false, false, false]);
    expect(harness.driven).toEqual([]);
    expect((await lanesOf(harness)).interactive).toEqual({ waiting: 3, running: 0 });
  });

  test('what waits is refused at its deadline, nothing changed', async () => {
    const harness = await openHarness();
    await opened(harness);
    harness.ask({ op: 'breaker', node: 'node02', act: 'open' });
    const deadlineMs = 5000;
    const asked = harness.ask({ op: 'create', groupId: '5', ifUnavailable: 'wait', deadlineMs });
    await harness.advance(4900);
    expect(asked.isOpen).toBe(true);
    await harness.advance(500);
    expect(asked.answer).toMatchObject({ state: 'refused', reason: 'deadline' });
    expect(harness.driven).toEqual([]);
  });

  test('commands in its lane stay there; commands of an earlier life that had begun continue', async () => {
    const first = await openHarness();
    for (const id of ['begun', 'turned']) first.ask({ op: 'create', id, groupId: id });
    await first.rest();
    first.report({
      kind: 'entries',
      seq: first.seqOf('turned'),
      entries: [{ kind: 'turned', at: first.clock.now(), reason: 'deadline' }],
    });
    await opened(first);
    first.ask({ op: 'delete', id: 'new', groupId: 'new', ifUnavailable: 'wait' });
    await first.rest();
    const next = await openHarness({ from: first.crash(), clock: first.clock, concurrency: 3 });
    expect(next.driven).toEqual(['turned', 'begun']);
    expect((await lanesOf(next)).interactive).toEqual({ waiting: 1, running: 2 });
  });

  test('a command in its lane when it opens waits there, and can be cancelled', async () => {
    const harness = await openHarness({ concurrency: 1 });
    harness.ask({ op: 'create', id: 'a', groupId: 'a' });
    const second = harness.ask({ op: 'create', id: 'b', groupId: 'b' });
    await harness.rest();
    await opened(harness);
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(harness.driven).toEqual(['a']);
    harness.ask({ op: 'cancel', id: 'b' });
    await harness.rest();
    expect(second.answer).toMatchObject({ state: 'refused', reason: 'cancelled' });
  });
});

describe('while a breaker is half-open', () => {
  test('commands are still turned away before its node has answered a read', async () => {
    const harness = await openHarness();
    await opened(harness);
    await harness.advance(1000);
    const asked = harness.ask({ op: 'create', groupId: '5' });
    await harness.rest();
    expect(asked.answer).toMatchObject({ error: { code: 'unavailable', retryAfterMs: 250 } });
  });

  test('then a few come in, and a few are handed out, in all', async () => {
    const harness = await openHarness({ executors: 2 });
    await opened(harness);
    const waiting = Array.from({ length: 10 }, (_, index) => `w${index}`);
    for (const id of waiting) harness.ask({ op: 'create', id, groupId: id, ifUnavailable: 'wait' });
    await harness.advance(1000);
    await answerTrial(harness, 'good');
    expect(harness.driven).toEqual(['w0', 'w1', 'w2', 'w3']);
    const asked = Array.from({ length: 10 }, (_, index) =>
      harness.ask({ op: 'create', groupId: `r${index}` }),
    );
    await harness.rest();
    expect(asked.filter(({ isOpen }) => isOpen)).toHaveLength(4);
    harness.report(settled(harness, 'w0'));
    await harness.rest();
    expect(harness.driven).toHaveLength(4);
    // Closed: waiting commands continue.
    for (let good = 0; good < 3; good++) await answerTrial(harness, 'good');
    expect(harness.driven).toHaveLength(8 + 1);
  });

  test('commands that come too late take none of that room', async () => {
    const harness = await openHarness();
    await opened(harness);
    await harness.advance(1000);
    await answerTrial(harness, 'good');
    const late = Array.from({ length: 10 }, (_, index) =>
      harness.ask({ op: 'create', groupId: `l${index}`, expiresAt: harness.clock.now() - 1 }),
    );
    const asked = Array.from({ length: 10 }, (_, index) =>
      harness.ask({ op: 'create', groupId: `r${index}` }),
    );
    await harness.rest();
    for (const { answer } of late) expect(answer).toMatchObject({ error: { code: 'expired' } });
    expect(asked.filter(({ isOpen }) => isOpen)).toHaveLength(4);
  });

  test('two breakers: nothing new goes out before both nodes have answered', async () => {
    const harness = await openHarness();
    await opened(harness, 'node01');
    await opened(harness, 'node02');
    harness.ask({ op: 'create', id: 'w', groupId: 'w', ifUnavailable: 'wait' });
    await harness.advance(1000);
    const [first, second] = harness.ordersOf('try');
    expect([first?.node, second?.node]).toEqual(['node01', 'node02']);
    if (first === undefined || second === undefined) throw new Error('two trials are missing');
    harness.report({ kind: 'tried', node: first.node, period: first.period, healthSignal: 'good' });
    await harness.rest();
    expect(harness.driven).toEqual([]);
    harness.report({
      kind: 'tried',
      node: second.node,
      period: second.period,
      healthSignal: 'good',
    });
    await harness.rest();
    expect(harness.driven).toEqual(['w']);
  });
});
