import { describe, expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import type { ActsAnswer } from '../../src/protocol/act.ts';
import type { ActsInput, RequestInput } from '../../src/protocol/input/request-input.ts';
import { ANN, actsOf, BY, waiting } from './support/acts.ts';
import { type Asked, openHarness } from './support/harness.ts';
import { answerLast, settled } from './support/reports.ts';

const FULL = new JournalError('the disk is full', { code: 'full' });

describe('every act of an operator is listed, in the log and an event', () => {
  test.each<readonly [RequestInput, object]>([
    [
      { op: 'retry', id: 'a' },
      { act: 'retry', on: 'a', outcome: 'done', results: { accepted: 1 } },
    ],
    [
      { op: 'cancel', id: 'a' },
      { act: 'cancel', on: 'a', outcome: 'done', results: { refused: 1 } },
    ],
    [
      { op: 'abandon', id: 'a' },
      { act: 'abandon', on: 'a', outcome: 'refused', error: 'invalid_request' },
    ],
    [
      { op: 'retry', id: 'x' },
      { act: 'retry', on: 'x', outcome: 'refused', error: 'unknown_command' },
    ],
    [
      { op: 'pause', lane: 'bulk' },
      { act: 'pause', on: 'bulk', outcome: 'done' },
    ],
    [{ op: 'resume' }, { act: 'resume', outcome: 'done' }],
    [
      { op: 'breaker', node: 'node01', act: 'open' },
      { act: 'breaker_open', on: 'node01', outcome: 'done' },
    ],
    [
      { op: 'breaker', node: 'node09', act: 'reset' },
      { act: 'breaker_reset', on: 'node09', outcome: 'refused', error: 'invalid_request' },
    ],
    [
      { op: 'restore', act: 'resume', id: 'a' },
      { act: 'restore_resume', on: 'a', outcome: 'refused', error: 'invalid_request' },
    ],
    [
      { op: 'restore', act: 'abandon', filter: {} },
      { act: 'restore_abandon', filter: {}, outcome: 'done', matched: 0, results: {} },
    ],
    [
      { op: 'cancel', filter: { groupId: 'a' } },
      {
        act: 'cancel',
        filter: { groupId: 'a' },
        outcome: 'done',
        matched: 1,
        results: { refused: 1 },
      },
    ],
  ])('%j', async (request, expected) => {
    const harness = await openHarness();
    await waiting(harness, 'a');
    const asked = harness.ask({ ...request, ...BY } as RequestInput);
    await harness.rest();
    expect(asked.isOpen).toBe(false);
    const [act] = await actsOf(harness);
    const whole = { number: 2, begunAt: expect.any(String) as string, ...ANN, ...expected };
    expect(act).toEqual(whole);
    const [topic, payload] = harness.events.findLast(([name]) => name.startsWith('act.')) ?? [];
    expect(topic).toBe(`act.${act?.act}`);
    expect(payload).toEqual(whole);
    expect(harness.notes.at(-1)).toEqual([
      `operator: ${act?.act}`,
      expect.objectContaining({ act: 2, by: ANN.by, outcome: act?.outcome }),
    ]);
  });

  test('of a driven command: begun before its executor gets the order', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.journal.holdActs();
    const cancel = harness.ask({ op: 'cancel', id: 'a', ...BY });
    await harness.rest();
    expect(harness.ordersOf('operate')).toEqual([]);
    harness.journal.releaseActs();
    await harness.rest();
    expect(harness.ordersOf('operate')).toHaveLength(1);
    expect(await actsOf(harness)).toMatchObject([{ on: 'a', outcome: 'unfinished' }]);
    // Killed here, the next life still knows of the act.
    const next = await openHarness({ clock: harness.clock, from: harness.journal.snapshot() });
    expect(await actsOf(next)).toMatchObject([{ on: 'a', ...ANN, outcome: 'unfinished' }]);
    harness.report(settled(harness, 'a', { state: 'rolled_back', reason: 'cancelled' }));
    answerLast(harness, 'operate');
    harness.journal.holdActs();
    await harness.rest();
    expect(cancel.isOpen).toBe(true);
    harness.journal.releaseActs();
    await harness.rest();
    expect(cancel.answer).toMatchObject({ state: 'rolled_back' });
    expect(await actsOf(harness)).toMatchObject([{ outcome: 'done', results: { rolled_back: 1 } }]);
  });
});

test('looks, dry runs and commands are no acts, and write nothing for the trail', async () => {
  const harness = await openHarness();
  await waiting(harness, 'a');
  const writes: unknown[] = [];
  const noteActs = harness.journal.noteActs.bind(harness.journal);
  harness.journal.noteActs = (given) => {
    writes.push(given);
    return noteActs(given);
  };
  harness.ask({ op: 'cancel', filter: {}, dryRun: true });
  harness.ask({ op: 'breaker' });
  harness.ask({ op: 'breaker', node: 'node01' });
  harness.ask({ op: 'status', id: 'a' });
  harness.ask({ op: 'create', groupId: '7' });
  harness.ask({ op: 'list' });
  await harness.rest();
  expect(writes).toEqual([]);
});

test('P3: an act that cannot be noted is not done, and says so', async () => {
  const harness = await openHarness();
  await waiting(harness, 'a');
  harness.journal.actRefusal = FULL;
  const asked = [
    harness.ask({ op: 'cancel', id: 'a' }),
    harness.ask({ op: 'resume' }),
    harness.ask({ op: 'breaker', node: 'node01', act: 'open' }),
  ];
  await harness.rest();
  for (const { answer } of asked) {
    expect(answer).toMatchObject({
      error: {
        code: 'unavailable',
        message: 'the act cannot be noted, and was not done: the disk is full',
        hint: FULL.hint,
      },
    });
  }
  expect(await harness.journal.find('a')).toMatchObject({ state: 'accepted' });
  expect(harness.coordinator.pauses.has('bulk')).toBe(true);
  expect(harness.coordinator.breakers.views['node01']).toMatchObject({ state: 'closed' });
  expect(harness.troubles).toEqual([
    'an act of an operator cannot be noted in the journal: it is not done: full',
  ]);
  expect(harness.fatal).toEqual([]);
});

test('P3: what was done is answered even if its end cannot be noted; the act stays unfinished', async () => {
  const harness = await openHarness();
  await waiting(harness, 'a');
  harness.journal.holdActs();
  const cancel = harness.ask({ op: 'cancel', id: 'a' });
  await harness.rest();
  const commits = harness.journal.commits.length;
  const commit = harness.journal.commit.bind(harness.journal);
  harness.journal.commit = (batch) => {
    harness.journal.actRefusal = FULL;
    return commit(batch);
  };
  harness.journal.releaseActs();
  await harness.rest();
  expect(harness.journal.commits.length).toBeGreaterThan(commits);
  expect(cancel.answer).toMatchObject({ state: 'refused', reason: 'cancelled' });
  expect(harness.troubles).toEqual([
    'the end of an act of an operator cannot be noted in the journal: full',
  ]);
  expect(await actsOf(harness, { act: 'cancel' })).toMatchObject([{ outcome: 'unfinished' }]);
});

test('P9: a long page of acts is read in pieces, and acts that arrive meanwhile run between them', async () => {
  const harness = await openHarness();
  const begin = Array.from({ length: 700 }, (_, number) => ({
    at: number,
    lived: number,
    kind: 'pause' as const,
    isProven: false,
    door: 'zeromq',
    on: `c${number}`,
  }));
  await harness.journal.noteActs({ begin, end: [] });
  const read = harness.journal.acts.bind(harness.journal);
  const pieces: [limit: number, answered: number][] = [];
  const pings: Asked[] = [];
  harness.journal.acts = (...page) => {
    pieces.push([page[2], pings.filter(({ isOpen }) => !isOpen).length]);
    pings.push(harness.ask({ op: 'ping' }));
    harness.clock.spend(10);
    return read(...page);
  };
  const asked = harness.ask({ op: 'acts', limit: 650 });
  await harness.rest();
  expect(pieces).toEqual([200, 200, 200, 50].map((limit, answered) => [limit, answered]));
  const { acts, next } = asked.answer as ActsAnswer;
  expect(acts.map(({ on }) => on)).toEqual(
    begin
      .slice(-650)
      .map(({ on }) => on)
      .toReversed(),
  );
  expect(next).toBeDefined();
});

test('acts are found by kind, operator, target, outcome and age, page by page', async () => {
  const harness = await openHarness();
  harness.ask({ op: 'pause', lane: 'bulk', by: 'ann' });
  await harness.advance(5000);
  harness.ask({ op: 'resume', lane: 'bulk', by: 'bob' });
  harness.ask({ op: 'retry', id: 'x' });
  await harness.rest();
  const found = async (filter: Omit<ActsInput, 'op'>) =>
    (await actsOf(harness, filter)).map(({ number }) => number);
  expect(await found({ act: ['pause', 'resume'] })).toEqual([2, 1]);
  expect(await found({ who: 'ann' })).toEqual([1]);
  expect(await found({ who: 'ann (unverified)' })).toEqual([1]);
  expect(await found({ on: 'bulk', youngerThanMs: 1000 })).toEqual([2]);
  expect(await found({ olderThanMs: 5000 })).toEqual([1]);
  expect(await found({ outcome: 'refused' })).toEqual([3]);
  expect(await found({ limit: 1, cursor: '3' })).toEqual([2]);
});

test('P9: 10,000 acts at once share their transactions, and each is listed', async () => {
  const harness = await openHarness();
  let writes = 0;
  const noteActs = harness.journal.noteActs.bind(harness.journal);
  harness.journal.noteActs = (given) => {
    writes++;
    return noteActs(given);
  };
  for (let index = 0; index < 10_000; index++) harness.ask({ op: 'retry', id: `x-${index}` });
  await harness.rest();
  const seen = new Set<number>();
  for (let cursor: string | undefined = '999999'; cursor !== undefined; ) {
    const asked = harness.ask({ op: 'acts', limit: 1000, cursor });
    await harness.rest();
    const page = asked.answer as ActsAnswer;
    for (const { number, outcome } of page.acts) if (outcome === 'refused') seen.add(number);
    cursor = page.next;
  }
  expect(seen.size).toBe(10_000);
  expect(writes).toBeLessThan(1000);
});

test('P7: acts are pruned with the history', async () => {
  const harness = await openHarness({ retentionMs: 60_000 });
  harness.ask({ op: 'pause', lane: 'bulk' });
  await harness.advance(70_000);
  harness.ask({ op: 'resume', lane: 'bulk' });
  await harness.advance(49_000);
  expect((await actsOf(harness)).map(({ number }) => number)).toEqual([2, 1]);
  await harness.advance(2000);
  expect((await actsOf(harness)).map(({ number }) => number)).toEqual([2]);
});
