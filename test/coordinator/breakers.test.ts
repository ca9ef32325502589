/** How breakers open, are tried and close, with executors played by hand; and how they are kept. */
import { describe, expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import { MemoryJournal } from '../../src/journal/memory/journal.ts';
import { openHarness } from './support/harness.ts';
import { answerTrial, breakersOf, failing, opened } from './support/outage.ts';

describe('a breaker', () => {
  test('adds up what all executors see, opens, and says so to all of them and to listeners', async () => {
    const harness = await openHarness({ executors: 3 });
    harness.report(failing('node02', 4), failing('node02', 5));
    await harness.rest();
    expect((await breakersOf(harness))['node02']).toMatchObject({ state: 'closed', isOpen: false });
    harness.report(failing('node02', 1));
    await harness.rest();
    const order = { kind: 'breaker', node: 'node02', closed: false };
    expect(harness.orders).toEqual([0, 1, 2].map((executor) => ({ executor, order })));
    const now = harness.clock.now();
    expect(await breakersOf(harness)).toMatchObject({
      node01: { state: 'closed', openings: 0 },
      node02: {
        state: 'open',
        isOpen: true,
        since: new Date(now).toISOString(),
        openings: 1,
        cause: '10 failures in a row',
        nextTrialAt: new Date(now + 750).toISOString(),
        nextTrialInMs: 750,
      },
    });
    expect(harness.events).toMatchObject([
      ['breaker.node02', { node: 'node02', from: 'closed', state: 'open', isOpen: true }],
    ]);
  });

  test('is half-open after its wait: one read at one executor, and no more before its result', async () => {
    const harness = await openHarness({ executors: 2 });
    await opened(harness);
    await harness.advance(700);
    expect(harness.ordersOf('try')).toEqual([]);
    await harness.advance(300);
    expect(harness.ordersOf('try')).toMatchObject([
      { node: 'node02', call: 'read', harmless: true },
    ]);
    await harness.advance(5000);
    expect(harness.ordersOf('try')).toHaveLength(1);
    expect((await breakersOf(harness))['node02']).toMatchObject({
      state: 'half_open',
      isOpen: false,
    });
  });

  test('opens for longer at a bad read, counted as one opening, without news for its executors', async () => {
    const harness = await openHarness();
    await opened(harness);
    await harness.advance(1000);
    await answerTrial(harness, 'bad');
    expect((await breakersOf(harness))['node02']).toMatchObject({
      state: 'open',
      cause: '10 failures in a row',
      trialsFailed: 1,
      openings: 1,
      nextTrialInMs: 1500,
    });
    expect(harness.ordersOf('breaker')).toHaveLength(1);
  });

  test('tries as many calls as are missing, in all, over the executors in turn, and closes', async () => {
    const harness = await openHarness({ executors: 2 });
    await opened(harness);
    await harness.advance(1000);
    await answerTrial(harness, 'good');
    const trials = harness.orders.filter(({ order }) => order.kind === 'try');
    expect(trials.map(({ executor }) => executor)).toEqual([0, 1, 0, 1]);
    for (let good = 0; good < 2; good++) await answerTrial(harness, 'good');
    expect(harness.ordersOf('breaker')).toHaveLength(2);
    await answerTrial(harness, 'good');
    expect(harness.ordersOf('try')).toHaveLength(4);
    expect(harness.ordersOf('breaker').at(-1)).toEqual({
      kind: 'breaker',
      node: 'node02',
      closed: true,
    });
    const sent = harness.events.filter(([topic]) => topic === 'breaker.node02');
    expect(sent.map(([, event]) => (event as { state: string }).state)).toEqual([
      'open',
      'half_open',
      'closed',
    ]);
  });

  test('asks all executors for who waits, and has a harmless read made at the next look', async () => {
    const harness = await openHarness({ executors: 2 });
    await opened(harness);
    await harness.advance(1000);
    await answerTrial(harness, 'good');
    for (let idle = 0; idle < 3; idle++) await answerTrial(harness, 'idle');
    const asked = harness.ordersOf('try').length;
    expect(
      harness
        .ordersOf('try')
        .slice(1)
        .some(({ harmless }) => harmless),
    ).toBe(false);
    await harness.rest();
    expect(harness.ordersOf('try')).toHaveLength(asked);
    await harness.advance(250);
    for (let idle = 0; idle < 2; idle++) await answerTrial(harness, 'idle');
    expect(harness.ordersOf('try').some(({ call, harmless }) => call === 'any' && harmless)).toBe(
      true,
    );
  });

  test('P9: a trial that came to nothing is not made again before the next look', async () => {
    const harness = await openHarness();
    await opened(harness);
    await harness.advance(1000);
    const asked = harness.ordersOf('try').length;
    await answerTrial(harness, 'none');
    expect(harness.ordersOf('try')).toHaveLength(asked);
    await harness.advance(250);
    expect(harness.ordersOf('try')).toHaveLength(asked + 1);
  });

  test('P9: opens again if a trial has no result', async () => {
    const harness = await openHarness();
    await opened(harness);
    await harness.advance(1000);
    await harness.advance(6250);
    expect((await breakersOf(harness))['node02']).toMatchObject({ state: 'open', openings: 1 });
  });

  test('there are no two of one name', async () => {
    await expect(openHarness({ nodeNames: ['a', 'b', 'a'] })).rejects.toThrow('two breakers');
  });
});

describe('an operator', () => {
  test('opens, closes and resets a breaker; a wrong or missing name is an error', async () => {
    const harness = await openHarness();
    const ask = async (node?: string, act?: 'open' | 'close' | 'reset') => {
      const asked = harness.ask({ op: 'breaker', ...(node && { node }), ...(act && { act }) });
      await harness.rest();
      return asked.answer;
    };
    expect(await ask('node01', 'open')).toMatchObject({
      breakers: { node01: { state: 'open', isOpen: true, forced: true } },
    });
    await harness.advance(60_000);
    expect(harness.ordersOf('try')).toEqual([]);
    expect(await ask('node01', 'close')).toMatchObject({ breakers: { node01: { isOpen: false } } });
    await opened(harness);
    expect(await ask('node02', 'reset')).toMatchObject({
      breakers: { node02: { state: 'closed' } },
    });
    expect(await ask('node07', 'open')).toMatchObject({
      error: {
        code: 'invalid_request',
        field: 'node',
        hint: 'The nodes are node01, node02, node03.',
      },
    });
    expect(await ask(undefined, 'open')).toMatchObject({ error: { field: 'node' } });
  });

  test('is stored with its author; clients get the way to end it, and no time', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'breaker', node: 'node01', act: 'open', by: 'ann@bastion' });
    await harness.rest();
    expect(harness.notes).toContainEqual([
      'operator: breaker_open',
      { act: 1, on: 'node01', by: 'ann@bastion (unverified)', door: 'zeromq', outcome: 'done' },
    ]);
    const refused = harness.ask({ op: 'create', groupId: '5', id: 'mine' });
    await harness.rest();
    const hint = expect.stringContaining('`lockstep breaker close node01`') as string;
    expect(refused.answer).toMatchObject({ id: 'mine', error: { code: 'unavailable', hint } });
    expect(refused.answer).not.toHaveProperty('error.retryAfterMs');
  });

  test('P3: is answered when the journal has it', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'breaker', node: 'node01', act: 'open' });
    await harness.rest();
    const next = await openHarness({ from: harness.crash(), clock: harness.clock });
    expect((await breakersOf(next))['node01']).toMatchObject({ forced: true });
  });
});

describe('the next life', () => {
  test('restores open breakers with the rest of their wait, and informs the executors', async () => {
    const harness = await openHarness();
    await opened(harness);
    await harness.advance(300);
    const next = await openHarness({ from: harness.crash(), clock: harness.clock, executors: 2 });
    expect((await breakersOf(next))['node02']).toMatchObject({
      state: 'open',
      cause: '10 failures in a row',
      nextTrialInMs: 450,
    });
    expect(next.ordersOf('breaker')).toHaveLength(2);
    await next.advance(500);
    expect(next.ordersOf('try')).toHaveLength(1);
  });

  test('knows nothing of what has closed, nor of nodes that are gone', async () => {
    const harness = await openHarness();
    await opened(harness, 'node01');
    await opened(harness, 'node02');
    harness.ask({ op: 'breaker', node: 'node01', act: 'reset' });
    await harness.rest();
    const nodeNames = ['node01', 'node03'];
    const next = await openHarness({ from: harness.crash(), clock: harness.clock, nodeNames });
    expect((await breakersOf(next))['node01']).toMatchObject({ state: 'closed' });
    expect(await next.words()).toEqual([]);
  });

  test.each(['', '{', 'null', '{"kind":"open"}', '{"kind":"ajar","until":1}', '[]'])(
    'P10: takes a breaker for closed whose word it cannot read (%j), and says so',
    async (word) => {
      const journal = new MemoryJournal();
      await journal.keep('breaker/node02', word);
      await journal.keep('another word', word);
      const harness = await openHarness({ from: journal.snapshot() });
      expect((await breakersOf(harness))['node02']).toMatchObject({ state: 'closed' });
      expect(harness.troubles).toEqual([
        'the stored state of the breaker of node02 is corrupt: the breaker starts closed: corrupt',
      ]);
      await harness.advance(500);
      expect(await harness.words()).toEqual(['another word']);
    },
  );

  test('P10: begins with all closed if the journal does not tell, and says so', async () => {
    const first = await openHarness();
    await opened(first);
    const harness = await openHarness({
      from: first.crash(),
      prepare: ({ journal }) => {
        journal.keptRefusal = new JournalError('away', { code: 'busy' });
      },
    });
    expect((await breakersOf(harness))['node02']).toMatchObject({ state: 'closed' });
    expect(harness.troubles).toContain(
      'cannot read the breakers from the journal: all breakers start closed: busy',
    );
  });

  test('P10: a state that the journal refuses is reported once, and stored later', async () => {
    const harness = await openHarness();
    harness.journal.keptRefusal = new JournalError('no room', { code: 'full' });
    await opened(harness);
    await harness.advance(2000);
    expect(harness.troubles).toEqual(['cannot store a breaker in the journal: retrying: full']);
    harness.journal.keptRefusal = undefined;
    await harness.advance(500);
    expect(await harness.words()).toEqual(['breaker/node02']);
  });
});
