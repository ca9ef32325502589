import { describe, expect, test } from 'vitest';
import { Looks } from '../../src/coordinator/requests/looks.ts';
import { JournalError } from '../../src/journal/errors.ts';
import { type Asked, type Desk, openDesk } from './support/desk.ts';

/** What one page of a long history takes. */
const PAGE_MS = 10;

async function openSlow(): Promise<Desk> {
  const desk = await openDesk();
  desk.journal.onList = () => desk.clock.spend(PAGE_MS);
  return desk;
}

const BUSY = { error: { code: 'busy', retryAfterMs: expect.any(Number) } };
const SEEN = { commands: expect.any(Array) };

function countOf(asked: readonly Asked[], what: object): number {
  return asked.filter(({ answers: [answer] }) => {
    try {
      expect(answer).toMatchObject(what);
      return true;
    } catch {
      return false;
    }
  }).length;
}

describe('looks of clients', () => {
  test('P9: take 20 ms of a turn; what came in meanwhile goes on before the next of them', async () => {
    const desk = await openSlow();
    const lists = Array.from({ length: 10 }, () => desk.ask({ op: 'list' }));
    let seenBefore = -1;
    desk.journal.onList = () => {
      desk.clock.spend(PAGE_MS);
      if (seenBefore === -1) desk.ask({ op: 'create', id: 'a', groupId: '5' });
      seenBefore = desk.driven.length === 0 ? countOf(lists, SEEN) : seenBefore;
    };
    await desk.rest();
    expect(desk.driven).toEqual(['a']);
    expect(seenBefore).toBeLessThanOrEqual(3);
    expect(countOf(lists, SEEN)).toBe(10);
  });

  test('P9: one that has waited for two seconds is answered busy, the oldest are seen', async () => {
    const desk = await openSlow();
    const lists = Array.from({ length: 300 }, () => desk.ask({ op: 'list' }));
    await desk.rest();
    const seen = countOf(lists, SEEN);
    expect(seen).toBeGreaterThan(190);
    expect(seen).toBeLessThan(210);
    expect(countOf(lists.slice(0, seen), SEEN)).toBe(seen);
    expect(countOf(lists.slice(seen), BUSY)).toBe(300 - seen);
  });

  test('P9: 5,000 wait; one more is answered busy at once', () => {
    const looks = new Looks({ now: () => 0, onFailure: () => {} });
    const missed: object[] = [];
    const look = { see: () => {}, miss: (why: object) => missed.push(why) };
    looks.add(Array.from({ length: 5001 }, () => look));
    expect(missed).toMatchObject([BUSY]);
    expect(looks.size).toBe(5000);
  });

  test('P10: one that fails is the error of its asker alone', async () => {
    const desk = await openDesk();
    const fault = new RangeError('too many SQL variables');
    desk.journal.onList = () => {
      throw fault;
    };
    const list = desk.ask({ op: 'list' });
    const create = desk.ask({ op: 'create', id: 'a', groupId: '5', wait: 'accepted' });
    await desk.rest();
    expect(list.answer).toMatchObject({ error: { code: 'internal' } });
    expect(create.answer).toMatchObject({ id: 'a', state: 'applying' });
    expect(desk.failures).toEqual([fault]);
    expect(desk.fatal).toEqual([]);
  });

  test('P3: one that fails with the journal ends the daemon, as a commit does', async () => {
    const desk = await openDesk();
    const fault = new JournalError('disk I/O error', { code: 'io' });
    desk.journal.onList = () => {
      throw fault;
    };
    const list = desk.ask({ op: 'list' });
    await desk.rest();
    expect(desk.fatal).toEqual([fault]);
    expect(list.isOpen).toBe(true);
  });

  test('P10: an audit whose look fails answers that, and the next one is worked on', async () => {
    const desk = await openDesk();
    const lastWords = desk.journal.latestSettled.bind(desk.journal);
    desk.journal.latestSettled = () => {
      throw new RangeError('too many SQL variables');
    };
    const failed = desk.ask({ op: 'audit', keys: ['5'] });
    await desk.rest();
    expect(failed.answer).toMatchObject({ error: { code: 'internal' } });
    desk.journal.latestSettled = lastWords;
    const next = desk.ask({ op: 'audit', keys: ['5'] });
    await desk.rest();
    const { ticket } = desk.ordersOf('look')[0] ?? { ticket: 0 };
    desk.report({ kind: 'answered', ticket, value: { of: 'look', sightings: [] } });
    await desk.rest();
    expect(next.answer).toMatchObject({ checked: 1 });
  });
});

describe('questions to the executors', () => {
  test('P9: many who ask at once share two: the one under way, and the next', async () => {
    const desk = await openDesk();
    const asked = Array.from({ length: 100 }, () => desk.ask({ op: 'status' }));
    await desk.rest();
    expect(desk.ordersOf('report')).toHaveLength(1);
    for (let round = 0; round < 2; round++) {
      const { ticket } = desk.ordersOf('report')[round] ?? { ticket: 0 };
      desk.report({ kind: 'answered', ticket, value: { of: 'report', nodes: {} } });
      await desk.rest();
      expect(countOf(asked, { open: 0 })).toBe(round === 0 ? 1 : 100);
    }
    expect(desk.ordersOf('report')).toHaveLength(2);
  });

  test('no answer is older than its question', async () => {
    const desk = await openDesk();
    const asked = ['first', 'second'].map(() => desk.ask({ op: 'stats' }));
    await desk.rest();
    for (const count of [3, 4]) {
      const { ticket } = desk.ordersOf('count').at(-1) ?? { ticket: 0 };
      const stats = { consistent: true, nodes: { node01: { count } } };
      desk.report({ kind: 'answered', ticket, value: { of: 'count', stats } });
      await desk.rest();
    }
    expect(asked.map(({ answer }) => answer)).toMatchObject([
      { nodes: { node01: { count: 3 } } },
      { nodes: { node01: { count: 4 } } },
    ]);
  });

  test('P8: the daemon itself asks without standing in line with clients', async () => {
    const desk = await openDesk();
    desk.journal.hold();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    for (let count = 0; count < 1000; count++) desk.ask({ op: 'list' });
    desk.coordinator.summarize(() => {});
    expect(desk.ordersOf('report')).toHaveLength(1);
  });
});
