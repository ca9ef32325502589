import { describe, expect, test } from 'vitest';
import type { ListAnswer } from '../../src/protocol/answer.ts';
import { type Harness, openHarness } from './support/harness.ts';
import { settled, turned } from './support/reports.ts';

async function openWith(harness: Harness, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) harness.ask({ op: 'create', id, groupId: id });
  await harness.rest();
}

describe('status of one command', () => {
  test('shows its nodes as its executor sees them', async () => {
    const harness = await openHarness();
    await openWith(harness, 'a');
    const asked = harness.ask({ op: 'status', id: 'a' });
    await harness.rest();
    const { ticket } = harness.ordersOf('inspect')[0] ?? { ticket: 0 };
    const nodes = { node01: { state: 'present', attempts: 1 } } as const;
    const inspection = { state: 'applying', stuck: false, forwardOnly: false, nodes } as const;
    harness.report({ kind: 'answered', ticket, value: { of: 'inspect', inspection } });
    await harness.rest();
    expect(asked.answer).toMatchObject({ id: 'a', state: 'applying', lane: 'interactive', nodes });
  });

  test('P9: goes without them when the executor does not answer', async () => {
    const harness = await openHarness();
    await openWith(harness, 'a');
    const asked = harness.ask({ op: 'status', id: 'a' });
    await harness.advance(2500);
    expect(asked.answer).toMatchObject({ id: 'a', state: 'applying' });
    expect('nodes' in asked.answer).toBe(false);
    // An answer that comes too late finds no client.
    const { ticket } = harness.ordersOf('inspect')[0] ?? { ticket: 0 };
    harness.report({ kind: 'answered', ticket, value: { of: 'inspect' } });
    await harness.rest();
    expect(asked.answers).toHaveLength(1);
  });

  test.each([
    ['before', true],
    ['after', false],
  ] as const)('is answered once when asked %s the settlement, in its turn', async (_, isBefore) => {
    const harness = await openHarness();
    await openWith(harness, 'a');
    const report = settled(harness, 'a');
    if (!isBefore) harness.report(report);
    const asked = harness.ask({ op: 'status', id: 'a' });
    if (isBefore) harness.report(report);
    await harness.rest();
    for (const { ticket } of harness.ordersOf('inspect')) {
      harness.report({ kind: 'answered', ticket, value: { of: 'inspect' } });
    }
    await harness.rest();
    expect(asked.answer).toMatchObject({ id: 'a', state: 'committed' });
  });

  test('P7: of an id that proves to be a repeat reports the first command', async () => {
    const harness = await openHarness();
    await openWith(harness, 'a');
    harness.report(settled(harness, 'a'));
    await harness.rest();
    for (const groupId of ['a', 'other']) {
      harness.ask({ op: 'create', id: 'a', groupId });
      const asked = harness.ask({ op: 'status', id: 'a' });
      await harness.rest();
      expect(asked.answer).toMatchObject({ id: 'a', groupId: 'a', state: 'committed' });
    }
  });

  test('of what waits, of what is settled, of what is not there', async () => {
    const harness = await openHarness();
    for (const id of ['a', 'b']) harness.ask({ op: 'create', id, groupId: '5', lane: 'bulk' });
    await openWith(harness, 'c');
    harness.report(settled(harness, 'c'));
    await harness.rest();
    const asked = ['b', 'c', 'z'].map((id) => harness.ask({ op: 'status', id }));
    await harness.rest();
    const acceptedAt = new Date(harness.clock.now()).toISOString();
    expect(asked[0]?.answer).toMatchObject({ id: 'b', state: 'accepted', lane: 'bulk' });
    expect(asked[1]?.answer).toMatchObject({ id: 'c', state: 'committed', acceptedAt });
    expect(asked[2]?.answer).toMatchObject({ id: 'z', error: { code: 'unknown_command' } });
  });
});

describe('status of the daemon', () => {
  test('counts what is open, by lane and state, and adds the reports of the executors up', async () => {
    const harness = await openHarness({ executors: 2, concurrency: 1 });
    const since = new Date(harness.clock.now()).toISOString();
    const breaker = { state: 'closed', isOpen: false, since, openings: 0 };
    await openWith(harness, 'a', 'b', 'c');
    harness.ask({ op: 'create', id: 'd', groupId: 'd', lane: 'bulk' });
    await harness.rest();
    harness.report(turned(harness, 'a'), settled(harness, 'b'));
    await harness.rest();
    await harness.advance(1000);
    const asked = harness.ask({ op: 'status' });
    await harness.rest();
    for (const { ticket } of harness.ordersOf('report')) {
      const node01 = {
        calls: 2,
        answers: { applied: 1, lost: 1 },
        lastFailure: 'create: timeout',
        running: 1,
        runningMax: 16,
        durations: { bounds: [1, 10], counts: [49, 0, 1], sum: 70 },
      };
      harness.report({ kind: 'answered', ticket, value: { of: 'report', nodes: { node01 } } });
    }
    await harness.rest();
    expect(asked.answer).toEqual({
      version: '1.2.3',
      pid: 4711,
      journalId: harness.journal.id,
      uptimeMs: 1000,
      state: 'running',
      accepting: true,
      open: 3,
      openMax: 10_000,
      compensating: 1,
      stuck: 0,
      lanes: {
        interactive: { waiting: 0, running: 2 },
        bulk: { waiting: 0, running: 1 },
      },
      settled: { committed: 1 },
      threads: ['main', 'coordinator', 'executor-1', 'executor-2'],
      nodes: {
        node01: {
          calls: 4,
          answers: { applied: 2, lost: 2 },
          lastFailure: 'create: timeout',
          running: 2,
          runningMax: 32,
          latencyMs: { p50: 0.5, p99: 10 },
          breaker,
        },
        node02: { calls: 0, answers: {}, breaker },
        node03: { calls: 0, answers: {}, breaker },
      },
    });
  });

  test('P8, P9: names the threads that answered in time, and no others', async () => {
    const harness = await openHarness({ executors: 2 });
    const asked = harness.ask({ op: 'status' });
    await harness.rest();
    const second = harness.orders.find(({ executor }) => executor === 1)?.order;
    if (second?.kind !== 'report') throw new Error('no report was ordered');
    const value = { of: 'report', nodes: {} } as const;
    harness.report({ kind: 'answered', ticket: second.ticket, value });
    await harness.rest();
    expect(asked.isOpen).toBe(true);
    await harness.advance(2500);
    expect(asked.answer).toMatchObject({ threads: ['main', 'coordinator', 'executor-2'] });
  });
});

describe('list, stats, ping', () => {
  test('lists the newest first, in pages, with filters', async () => {
    const harness = await openHarness();
    await openWith(harness, 'a', 'b', 'c', 'd');
    await harness.advance(1000);
    await openWith(harness, 'e');
    harness.report(settled(harness, 'b'));
    await harness.rest();
    const first = harness.ask({ op: 'list', limit: 3 });
    await harness.rest();
    const page = first.answer as ListAnswer;
    expect(page.commands.map(({ id }) => id)).toEqual(['e', 'd', 'c']);
    const second = harness.ask({ op: 'list', limit: 3, cursor: page.next ?? '' });
    await harness.rest();
    expect(second.answer).toMatchObject({ commands: [{ id: 'b' }, { id: 'a' }] });
    expect('next' in second.answer).toBe(false);
    const filtered = [
      harness.ask({ op: 'list', state: 'committed' }),
      harness.ask({ op: 'list', state: ['committed', 'refused'], olderThanMs: 999 }),
      harness.ask({ op: 'list', youngerThanMs: 999 }),
      harness.ask({ op: 'list', groupId: 'a', node: 'node02', stuck: false }),
    ];
    await harness.rest();
    const ids = filtered.map(({ answer }) => (answer as ListAnswer).commands.map(({ id }) => id));
    expect(ids).toEqual([['b'], ['b'], ['e'], ['a']]);
  });

  test('stats are what an executor counted', async () => {
    const harness = await openHarness();
    const asked = harness.ask({ op: 'stats' });
    await harness.rest();
    const { ticket } = harness.ordersOf('count')[0] ?? { ticket: 0 };
    const stats = { consistent: true, nodes: { node01: { count: 3 } } };
    harness.report({ kind: 'answered', ticket, value: { of: 'count', stats } });
    await harness.rest();
    expect(asked.answer).toEqual(stats);
  });

  test('P9, L5: 5,000 who ask for stats at once, and may have left, are two counts, one after the other', async () => {
    const harness = await openHarness();
    const first = harness.ask({ op: 'stats' });
    await harness.rest();
    const asked = Array.from({ length: 5000 }, () => harness.ask({ op: 'stats' }));
    await harness.advance(5000);
    expect(harness.ordersOf('count')).toHaveLength(1);
    const stats = { consistent: true, nodes: {} };
    for (let count = 0; count < 3; count++) {
      const { ticket = -1 } = harness.ordersOf('count')[count] ?? {};
      harness.report({ kind: 'answered', ticket, value: { of: 'count', stats } });
      await harness.rest();
    }
    expect(harness.ordersOf('count')).toHaveLength(2);
    const answers = [first, ...asked].map(({ answer }) => answer);
    const isSeen = (answer: unknown): boolean => answer === stats;
    const isBusy = (answer: unknown): boolean => JSON.stringify(answer).includes('"busy"');
    expect(answers.filter((answer) => isSeen(answer) || isBusy(answer))).toHaveLength(5001);
    expect(isSeen(answers[0])).toBe(true);
  });

  test('P9: stats that take too long are unavailable', async () => {
    const harness = await openHarness();
    const asked = harness.ask({ op: 'stats' });
    await harness.advance(60_500);
    expect(asked.answer).toMatchObject({ error: { code: 'unavailable', retryAfterMs: 1000 } });
  });

  test('ping names the daemon that answers, and its journal', async () => {
    const harness = await openHarness();
    const asked = harness.ask({ op: 'ping' });
    await harness.rest();
    const journalId = harness.journal.id;
    expect(asked.answer).toEqual({ pid: 4711, version: '1.2.3', journalId, accepting: true });
  });
});
