import { describe, expect, test } from 'vitest';
import type { ListAnswer } from '../../src/protocol/answer.ts';
import { type Desk, openDesk } from './support/desk.ts';
import { settled, turned } from './support/reports.ts';

async function openWith(desk: Desk, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) desk.ask({ op: 'create', id, groupId: id });
  await desk.rest();
}

describe('status of one command', () => {
  test('shows its nodes as its executor sees them', async () => {
    const desk = await openDesk();
    await openWith(desk, 'a');
    const asked = desk.ask({ op: 'status', id: 'a' });
    await desk.rest();
    const { ticket } = desk.ordersOf('inspect')[0] ?? { ticket: 0 };
    const nodes = { node01: { state: 'present', attempts: 1 } } as const;
    const inspection = { state: 'applying', stuck: false, forwardOnly: false, nodes } as const;
    desk.report({ kind: 'answered', ticket, value: { of: 'inspect', inspection } });
    await desk.rest();
    expect(asked.answer).toMatchObject({ id: 'a', state: 'applying', lane: 'interactive', nodes });
  });

  test('P9: goes without them when the executor does not answer', async () => {
    const desk = await openDesk();
    await openWith(desk, 'a');
    const asked = desk.ask({ op: 'status', id: 'a' });
    await desk.advance(2500);
    expect(asked.answer).toMatchObject({ id: 'a', state: 'applying' });
    expect('nodes' in asked.answer).toBe(false);
    // An answer that comes too late finds no client.
    const { ticket } = desk.ordersOf('inspect')[0] ?? { ticket: 0 };
    desk.report({ kind: 'answered', ticket, value: { of: 'inspect' } });
    await desk.rest();
    expect(asked.answers).toHaveLength(1);
  });

  test.each([
    ['before', true],
    ['after', false],
  ] as const)('is answered once when asked %s the settlement, in its turn', async (_, isBefore) => {
    const desk = await openDesk();
    await openWith(desk, 'a');
    const report = settled(desk, 'a');
    if (!isBefore) desk.report(report);
    const asked = desk.ask({ op: 'status', id: 'a' });
    if (isBefore) desk.report(report);
    await desk.rest();
    for (const { ticket } of desk.ordersOf('inspect')) {
      desk.report({ kind: 'answered', ticket, value: { of: 'inspect' } });
    }
    await desk.rest();
    expect(asked.answer).toMatchObject({ id: 'a', state: 'committed' });
  });

  test('P7: of an id that proves to be a repeat tells of the first command', async () => {
    const desk = await openDesk();
    await openWith(desk, 'a');
    desk.report(settled(desk, 'a'));
    await desk.rest();
    for (const groupId of ['a', 'other']) {
      desk.ask({ op: 'create', id: 'a', groupId });
      const asked = desk.ask({ op: 'status', id: 'a' });
      await desk.rest();
      expect(asked.answer).toMatchObject({ id: 'a', groupId: 'a', state: 'committed' });
    }
  });

  test('of what waits, of what is settled, of what is not there', async () => {
    const desk = await openDesk();
    for (const id of ['a', 'b']) desk.ask({ op: 'create', id, groupId: '5', lane: 'bulk' });
    await openWith(desk, 'c');
    desk.report(settled(desk, 'c'));
    await desk.rest();
    const asked = ['b', 'c', 'z'].map((id) => desk.ask({ op: 'status', id }));
    await desk.rest();
    const acceptedAt = new Date(desk.clock.now()).toISOString();
    expect(asked[0]?.answer).toMatchObject({ id: 'b', state: 'accepted', lane: 'bulk' });
    expect(asked[1]?.answer).toMatchObject({ id: 'c', state: 'committed', acceptedAt });
    expect(asked[2]?.answer).toMatchObject({ id: 'z', error: { code: 'unknown_command' } });
  });
});

describe('status of the daemon', () => {
  test('counts what is open, by lane and state, and adds the reports of the executors up', async () => {
    const desk = await openDesk({ executors: 2, concurrency: 1 });
    const since = new Date(desk.clock.now()).toISOString();
    const breaker = { state: 'closed', isOpen: false, since, openings: 0 };
    await openWith(desk, 'a', 'b', 'c');
    desk.ask({ op: 'create', id: 'd', groupId: 'd', lane: 'bulk' });
    await desk.rest();
    desk.report(turned(desk, 'a'), settled(desk, 'b'));
    await desk.rest();
    await desk.advance(1000);
    const asked = desk.ask({ op: 'status' });
    await desk.rest();
    for (const { ticket } of desk.ordersOf('report')) {
      const node01 = { calls: 2, answers: { applied: 1, lost: 1 }, lastFailure: 'create: timeout' };
      desk.report({ kind: 'answered', ticket, value: { of: 'report', nodes: { node01 } } });
    }
    await desk.rest();
    expect(asked.answer).toEqual({
      version: '1.2.3',
      pid: 4711,
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
          breaker,
        },
        node02: { calls: 0, answers: {}, breaker },
        node03: { calls: 0, answers: {}, breaker },
      },
    });
  });

  test('P8, P9: names the threads that answered in time, and no others', async () => {
    const desk = await openDesk({ executors: 2 });
    const asked = desk.ask({ op: 'status' });
    await desk.rest();
    const second = desk.orders.find(({ executor }) => executor === 1)?.order;
    if (second?.kind !== 'report') throw new Error('no report was ordered');
    const value = { of: 'report', nodes: {} } as const;
    desk.report({ kind: 'answered', ticket: second.ticket, value });
    await desk.rest();
    expect(asked.isOpen).toBe(true);
    await desk.advance(2500);
    expect(asked.answer).toMatchObject({ threads: ['main', 'coordinator', 'executor-2'] });
  });
});

describe('list, stats, ping', () => {
  test('lists the newest first, in pages, with filters', async () => {
    const desk = await openDesk();
    await openWith(desk, 'a', 'b', 'c', 'd');
    await desk.advance(1000);
    await openWith(desk, 'e');
    desk.report(settled(desk, 'b'));
    await desk.rest();
    const first = desk.ask({ op: 'list', limit: 3 });
    await desk.rest();
    const page = first.answer as ListAnswer;
    expect(page.commands.map(({ id }) => id)).toEqual(['e', 'd', 'c']);
    const second = desk.ask({ op: 'list', limit: 3, cursor: page.next ?? '' });
    await desk.rest();
    expect(second.answer).toMatchObject({ commands: [{ id: 'b' }, { id: 'a' }] });
    expect('next' in second.answer).toBe(false);
    const filtered = [
      desk.ask({ op: 'list', state: 'committed' }),
      desk.ask({ op: 'list', state: ['committed', 'refused'], olderThanMs: 999 }),
      desk.ask({ op: 'list', youngerThanMs: 999 }),
      desk.ask({ op: 'list', groupId: 'a', node: 'node02', stuck: false }),
    ];
    await desk.rest();
    const ids = filtered.map(({ answer }) => (answer as ListAnswer).commands.map(({ id }) => id));
    expect(ids).toEqual([['b'], ['b'], ['e'], ['a']]);
  });

  test('stats are what an executor counted', async () => {
    const desk = await openDesk();
    const asked = desk.ask({ op: 'stats' });
    await desk.rest();
    const { ticket } = desk.ordersOf('count')[0] ?? { ticket: 0 };
    const stats = { consistent: true, nodes: { node01: { count: 3 } } };
    desk.report({ kind: 'answered', ticket, value: { of: 'count', stats } });
    await desk.rest();
    expect(asked.answer).toEqual(stats);
  });

  test('P9: stats that take too long are unavailable', async () => {
    const desk = await openDesk();
    const asked = desk.ask({ op: 'stats' });
    await desk.advance(60_500);
    expect(asked.answer).toMatchObject({ error: { code: 'unavailable', retryAfterMs: 1000 } });
  });

  test('ping tells who answers', async () => {
    const desk = await openDesk();
    const asked = desk.ask({ op: 'ping' });
    await desk.rest();
    expect(asked.answer).toEqual({ pid: 4711, version: '1.2.3', accepting: true });
  });
});
