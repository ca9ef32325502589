import { describe, expect, test, vi } from 'vitest';
import { Looks } from '../../src/coordinator/queries/looks.ts';
import { JournalError } from '../../src/journal/errors.ts';
import type { Journal, ListPage } from '../../src/journal/port.ts';
import type { ListAnswer } from '../../src/protocol/answer.ts';
import { type Asked, type Harness, openHarness } from './support/harness.ts';

/** What one page of a long history takes. */
const PAGE_MS = 10;

async function openSlow(): Promise<Harness> {
  const harness = await openHarness();
  harness.journal.onList = () => harness.clock.spend(PAGE_MS);
  return harness;
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

function pageOf({ answers: [answer] }: Asked): ListAnswer {
  if (answer === undefined || !('commands' in answer) || 'matched' in answer)
    throw new Error('no page');
  return answer;
}

describe('looks of clients', () => {
  test('P9: take 5 ms of a batch; acts that arrive meanwhile run before the next of them', async () => {
    const harness = await openSlow();
    const lists = Array.from({ length: 10 }, () => harness.ask({ op: 'list' }));
    let seenBefore = -1;
    harness.journal.onList = () => {
      harness.clock.spend(PAGE_MS);
      if (seenBefore === -1) harness.ask({ op: 'create', id: 'a', groupId: '5' });
      seenBefore = harness.driven.length === 0 ? countOf(lists, SEEN) : seenBefore;
    };
    await harness.rest();
    expect(harness.driven).toEqual(['a']);
    expect(seenBefore).toBeLessThanOrEqual(2);
    expect(countOf(lists, SEEN)).toBe(10);
  });

  test('P9: a long page is read in pieces, and acts that arrive meanwhile run between them', async () => {
    const harness = await openHarness();
    for (let number = 0; number < 1000; number++) {
      harness.ask({ op: 'create', id: `c${number}`, groupId: String(number), wait: 'accepted' });
    }
    await harness.rest();
    const limits: number[] = [];
    const pings: Asked[] = [];
    const answeredAt: number[] = [];
    harness.journal.onList = (limit) => {
      limits.push(limit);
      answeredAt.push(pings.filter(({ answers }) => answers.length > 0).length);
      pings.push(harness.ask({ op: 'ping' }));
      harness.clock.spend(PAGE_MS);
    };
    const list = harness.ask({ op: 'list', limit: 700 });
    await harness.rest();
    expect(limits).toEqual([200, 200, 200, 100]);
    expect(answeredAt).toEqual([0, 1, 2, 3]);
    const page = pageOf(list);
    // The newest of the time of the first piece.
    const ids = Array.from({ length: 700 }, (_, number) => `c${999 - number}`);
    expect(page.commands.map(({ id }) => id)).toEqual(ids);
    const rest = harness.ask({ op: 'list', limit: 1000, cursor: page.next });
    await harness.rest();
    expect(pageOf(rest)).toEqual({
      commands: Array.from({ length: 300 }, (_, number) =>
        expect.objectContaining({ id: `c${299 - number}` }),
      ),
    });
  });

  test('P9: one that takes several turns is finished before the next of its client, and others see in between', async () => {
    let now = 0;
    const looks = new Looks({ now: () => now, onFailure: () => {} });
    const seen: string[] = [];
    const look = (client: string, name: string, pieces: number) => {
      let left = pieces;
      return {
        see: () => {
          now += 5;
          left--;
          seen.push(name);
        },
        isSeen: () => left === 0,
        miss: Object.assign((): void => void seen.push(`${name} missed`), { client }),
      };
    };
    looks.add([look('a', 'a1', 3), look('a', 'a2', 2), look('b', 'b1', 1), look('b', 'b2', 1)]);
    while (looks.size > 0) await looks.spend();
    expect(seen).toEqual(['a1', 'b1', 'a1', 'b2', 'a1', 'a2', 'a2']);
  });

  test('P9: one that has waited for two seconds is answered busy, the oldest are seen', async () => {
    const harness = await openSlow();
    const lists = Array.from({ length: 300 }, () => harness.ask({ op: 'list' }));
    await harness.rest();
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

  test('P10: a damaged row of a page is named, without its file, beside the commands', async () => {
    const harness = await openHarness();
    const cause = new JournalError('command 4 cannot be read back', { code: 'damaged' });
    const error = new JournalError('/data/journal.db: command 4', { code: 'damaged', cause });
    const page: ListPage = { commands: [], damaged: [{ id: 'd', error }], next: 7 };
    vi.spyOn(harness.journal as Journal, 'list').mockResolvedValue(page);
    const asked = harness.ask({ op: 'list' });
    await harness.rest();
    const damaged = [{ id: 'd', message: 'command 4 cannot be read back' }];
    expect(asked.answers).toEqual([{ commands: [], damaged, next: '7' }]);
  });

  test('P10: one that fails is the error of its asker alone', async () => {
    const harness = await openHarness();
    const fault = new RangeError('too many SQL variables');
    harness.journal.onList = () => {
      throw fault;
    };
    const list = harness.ask({ op: 'list' });
    const create = harness.ask({ op: 'create', id: 'a', groupId: '5', wait: 'accepted' });
    await harness.rest();
    expect(list.answer).toMatchObject({ error: { code: 'internal' } });
    expect(create.answer).toMatchObject({ id: 'a', state: 'applying' });
    expect(harness.failures).toEqual([fault]);
    expect(harness.fatal).toEqual([]);
  });

  test('P3: one that fails with the journal ends the daemon, as a commit does', async () => {
    const harness = await openHarness();
    const fault = new JournalError('disk I/O error', { code: 'io' });
    harness.journal.onList = () => {
      throw fault;
    };
    const list = harness.ask({ op: 'list' });
    await harness.rest();
    expect(harness.fatal).toEqual([fault]);
    expect(list.isOpen).toBe(true);
  });

  test('P10: a damaged row is the error of its asker alone, and names the row', async () => {
    const harness = await openHarness();
    const cause = new JournalError('command 7 cannot be read back', { code: 'damaged' });
    harness.journal.onList = () => {
      throw new JournalError(`/data/journal.db: ${cause.message}`, { code: 'damaged', cause });
    };
    const list = harness.ask({ op: 'list' });
    await harness.rest();
    expect(list.answer).toMatchObject({
      error: {
        code: 'internal',
        message: 'the journal is damaged: command 7 cannot be read back',
        hint: expect.stringContaining('lockstep journal check'),
      },
    });
    expect(harness.fatal).toEqual([]);
  });

  test('P10: a damaged page that a look meets does not end the daemon: it would at every look', async () => {
    const harness = await openHarness();
    const fault = new JournalError('database disk image is malformed', { code: 'corrupt' });
    harness.journal.onList = () => {
      throw fault;
    };
    const list = harness.ask({ op: 'list' });
    await harness.rest();
    expect(list.answer).toMatchObject({ error: { code: 'internal' } });
    expect(harness.failures).toEqual([fault]);
    expect(harness.fatal).toEqual([]);
  });

  test('P7, P10: a repeat of a command whose row is damaged gets an error, and is not executed', async () => {
    const harness = await openHarness();
    const damage = new JournalError('command 1 cannot be read back', { code: 'damaged' });
    const commit = harness.journal.commit.bind(harness.journal);
    harness.journal.commit = async (batch) => {
      await commit({ ...batch, accept: [] });
      return { existing: new Map(batch.accept.map(({ command }) => [command.seq, damage])) };
    };
    const repeat = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    expect(repeat.answer).toMatchObject({
      id: 'a',
      error: { code: 'internal', message: expect.stringContaining(damage.message) },
    });
    expect(harness.driven).toEqual([]);
    expect(harness.fatal).toEqual([]);
  });

  test('P10: an audit whose look fails answers that, and the next one is worked on', async () => {
    const harness = await openHarness();
    const lastWords = harness.journal.latestSettled.bind(harness.journal);
    harness.journal.latestSettled = () => {
      throw new RangeError('too many SQL variables');
    };
    const failed = harness.ask({ op: 'audit', keys: ['5'] });
    await harness.rest();
    expect(failed.answer).toMatchObject({ error: { code: 'internal' } });
    harness.journal.latestSettled = lastWords;
    const next = harness.ask({ op: 'audit', keys: ['5'] });
    await harness.rest();
    const { ticket } = harness.ordersOf('look')[0] ?? { ticket: 0 };
    harness.report({ kind: 'answered', ticket, value: { of: 'look', sightings: [] } });
    await harness.rest();
    expect(next.answer).toMatchObject({ checked: 1 });
  });
});

describe('questions to the executors', () => {
  test('P9: many who ask at once share two: the one under way, and the next', async () => {
    const harness = await openHarness();
    const asked = Array.from({ length: 100 }, () => harness.ask({ op: 'status' }));
    await harness.rest();
    expect(harness.ordersOf('report')).toHaveLength(1);
    for (let round = 0; round < 2; round++) {
      const { ticket } = harness.ordersOf('report')[round] ?? { ticket: 0 };
      harness.report({ kind: 'answered', ticket, value: { of: 'report', nodes: {} } });
      await harness.rest();
      expect(countOf(asked, { open: 0 })).toBe(round === 0 ? 1 : 100);
    }
    expect(harness.ordersOf('report')).toHaveLength(2);
  });

  test('no answer is older than its question', async () => {
    const harness = await openHarness();
    const asked = ['first', 'second'].map(() => harness.ask({ op: 'stats' }));
    await harness.rest();
    for (const count of [3, 4]) {
      const { ticket } = harness.ordersOf('count').at(-1) ?? { ticket: 0 };
      const stats = { consistent: true, nodes: { node01: { count } } };
      harness.report({ kind: 'answered', ticket, value: { of: 'count', stats } });
      await harness.rest();
    }
    expect(asked.map(({ answer }) => answer)).toMatchObject([
      { nodes: { node01: { count: 3 } } },
      { nodes: { node01: { count: 4 } } },
    ]);
  });

  test('P8: the daemon itself asks without standing in line with clients', async () => {
    const harness = await openHarness();
    harness.journal.hold();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    for (let count = 0; count < 1000; count++) harness.ask({ op: 'list' });
    harness.coordinator.summarize(() => {});
    expect(harness.ordersOf('report')).toHaveLength(1);
  });
});
