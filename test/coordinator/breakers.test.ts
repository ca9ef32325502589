/** How breakers open, are tried and close, with executors played by hand; and how they are kept. */
import { describe, expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import { MemoryJournal } from '../../src/journal/memory/journal.ts';
import { openDesk } from './support/desk.ts';
import { answerTrial, breakersOf, failing, opened } from './support/outage.ts';

describe('a breaker', () => {
  test('adds up what all executors see, opens, and says so to all of them and to listeners', async () => {
    const desk = await openDesk({ executors: 3 });
    desk.report(failing('node02', 4), failing('node02', 5));
    await desk.rest();
    expect((await breakersOf(desk))['node02']).toMatchObject({ state: 'closed', isOpen: false });
    desk.report(failing('node02', 1));
    await desk.rest();
    const order = { kind: 'breaker', node: 'node02', closed: false };
    expect(desk.orders).toEqual([0, 1, 2].map((executor) => ({ executor, order })));
    const now = desk.clock.now();
    expect(await breakersOf(desk)).toMatchObject({
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
    expect(desk.events).toMatchObject([
      ['breaker.node02', { node: 'node02', from: 'closed', state: 'open', isOpen: true }],
    ]);
  });

  test('is half-open after its wait: one read at one executor, and no more before its result', async () => {
    const desk = await openDesk({ executors: 2 });
    await opened(desk);
    await desk.advance(700);
    expect(desk.ordersOf('try')).toEqual([]);
    await desk.advance(300);
    expect(desk.ordersOf('try')).toMatchObject([{ node: 'node02', call: 'read', harmless: true }]);
    await desk.advance(5000);
    expect(desk.ordersOf('try')).toHaveLength(1);
    expect((await breakersOf(desk))['node02']).toMatchObject({ state: 'half_open', isOpen: false });
  });

  test('opens for longer at a bad read, counted as one opening, its executors told nothing new', async () => {
    const desk = await openDesk();
    await opened(desk);
    await desk.advance(1000);
    await answerTrial(desk, 'bad');
    expect((await breakersOf(desk))['node02']).toMatchObject({
      state: 'open',
      cause: '10 failures in a row',
      trialsFailed: 1,
      openings: 1,
      nextTrialInMs: 1500,
    });
    expect(desk.ordersOf('breaker')).toHaveLength(1);
  });

  test('tries as many calls as are missing, in all, over the executors in turn, and closes', async () => {
    const desk = await openDesk({ executors: 2 });
    await opened(desk);
    await desk.advance(1000);
    await answerTrial(desk, 'good');
    const trials = desk.orders.filter(({ order }) => order.kind === 'try');
    expect(trials.map(({ executor }) => executor)).toEqual([0, 1, 0, 1]);
    for (let good = 0; good < 2; good++) await answerTrial(desk, 'good');
    expect(desk.ordersOf('breaker')).toHaveLength(2);
    await answerTrial(desk, 'good');
    expect(desk.ordersOf('try')).toHaveLength(4);
    expect(desk.ordersOf('breaker').at(-1)).toEqual({
      kind: 'breaker',
      node: 'node02',
      closed: true,
    });
    const sent = desk.events.filter(([topic]) => topic === 'breaker.node02');
    expect(sent.map(([, event]) => (event as { state: string }).state)).toEqual([
      'open',
      'half_open',
      'closed',
    ]);
  });

  test('asks all executors for who waits, and has a harmless read made at the next look', async () => {
    const desk = await openDesk({ executors: 2 });
    await opened(desk);
    await desk.advance(1000);
    await answerTrial(desk, 'good');
    for (let idle = 0; idle < 3; idle++) await answerTrial(desk, 'idle');
    const asked = desk.ordersOf('try').length;
    expect(
      desk
        .ordersOf('try')
        .slice(1)
        .some(({ harmless }) => harmless),
    ).toBe(false);
    await desk.rest();
    expect(desk.ordersOf('try')).toHaveLength(asked);
    await desk.advance(250);
    for (let idle = 0; idle < 2; idle++) await answerTrial(desk, 'idle');
    expect(desk.ordersOf('try').some(({ call, harmless }) => call === 'any' && harmless)).toBe(
      true,
    );
  });

  test('P9: a trial that came to nothing is not made again before the next look', async () => {
    const desk = await openDesk();
    await opened(desk);
    await desk.advance(1000);
    const asked = desk.ordersOf('try').length;
    await answerTrial(desk, 'none');
    expect(desk.ordersOf('try')).toHaveLength(asked);
    await desk.advance(250);
    expect(desk.ordersOf('try')).toHaveLength(asked + 1);
  });

  test('P9: opens again if a trial has no result', async () => {
    const desk = await openDesk();
    await opened(desk);
    await desk.advance(1000);
    await desk.advance(6250);
    expect((await breakersOf(desk))['node02']).toMatchObject({ state: 'open', openings: 1 });
  });

  test('there are no two of one name', async () => {
    await expect(openDesk({ nodeNames: ['a', 'b', 'a'] })).rejects.toThrow('two breakers');
  });
});

describe('an operator', () => {
  test('opens, closes and resets a breaker; other names and no name are told', async () => {
    const desk = await openDesk();
    const ask = async (node?: string, act?: 'open' | 'close' | 'reset') => {
      const asked = desk.ask({ op: 'breaker', ...(node && { node }), ...(act && { act }) });
      await desk.rest();
      return asked.answer;
    };
    expect(await ask('node01', 'open')).toMatchObject({
      breakers: { node01: { state: 'open', isOpen: true, forced: true } },
    });
    await desk.advance(60_000);
    expect(desk.ordersOf('try')).toEqual([]);
    expect(await ask('node01', 'close')).toMatchObject({ breakers: { node01: { isOpen: false } } });
    await opened(desk);
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

  test('is noted with who said it; clients are told how it ends, and no time', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'breaker', node: 'node01', act: 'open', by: 'ann@bastion' });
    await desk.rest();
    expect(desk.notes).toContainEqual([
      'operator: breaker',
      { node: 'node01', act: 'open', by: 'ann@bastion' },
    ]);
    const refused = desk.ask({ op: 'create', groupId: '5', id: 'mine' });
    await desk.rest();
    const hint = expect.stringContaining('`lockstep breaker close node01`') as string;
    expect(refused.answer).toMatchObject({ id: 'mine', error: { code: 'unavailable', hint } });
    expect(refused.answer).not.toHaveProperty('error.retryAfterMs');
  });

  test('P3: is answered when the journal has it', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'breaker', node: 'node01', act: 'open' });
    await desk.rest();
    const next = await openDesk({ from: desk.crash(), clock: desk.clock });
    expect((await breakersOf(next))['node01']).toMatchObject({ forced: true });
  });
});

describe('the next life', () => {
  test('has what was open, with what is left of its wait, and tells the executors', async () => {
    const desk = await openDesk();
    await opened(desk);
    await desk.advance(300);
    const next = await openDesk({ from: desk.crash(), clock: desk.clock, executors: 2 });
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
    const desk = await openDesk();
    await opened(desk, 'node01');
    await opened(desk, 'node02');
    desk.ask({ op: 'breaker', node: 'node01', act: 'reset' });
    await desk.rest();
    const nodeNames = ['node01', 'node03'];
    const next = await openDesk({ from: desk.crash(), clock: desk.clock, nodeNames });
    expect((await breakersOf(next))['node01']).toMatchObject({ state: 'closed' });
    expect(await next.words()).toEqual([]);
  });

  test.each(['', '{', 'null', '{"kind":"open"}', '{"kind":"ajar","until":1}', '[]'])(
    'P10: takes a breaker for closed whose word it cannot read (%j), and says so',
    async (word) => {
      const journal = new MemoryJournal();
      await journal.keep('breaker/node02', word);
      await journal.keep('another word', word);
      const desk = await openDesk({ from: journal.snapshot() });
      expect((await breakersOf(desk))['node02']).toMatchObject({ state: 'closed' });
      expect(desk.troubles).toEqual([
        'the stored state of the breaker of node02 is corrupt: the breaker starts closed: corrupt',
      ]);
      await desk.advance(500);
      expect(await desk.words()).toEqual(['another word']);
    },
  );

  test('P10: begins with all closed if the journal does not tell, and says so', async () => {
    const first = await openDesk();
    await opened(first);
    const desk = await openDesk({
      from: first.crash(),
      prepare: ({ journal }) => {
        journal.keptRefusal = new JournalError('away', { code: 'busy' });
      },
    });
    expect((await breakersOf(desk))['node02']).toMatchObject({ state: 'closed' });
    expect(desk.troubles).toContain(
      'cannot read the breakers from the journal: all breakers start closed: busy',
    );
  });

  test('P10: what the journal does not take is told once and kept when it does', async () => {
    const desk = await openDesk();
    desk.journal.keptRefusal = new JournalError('no room', { code: 'full' });
    await opened(desk);
    await desk.advance(2000);
    expect(desk.troubles).toEqual(['cannot store a breaker in the journal: retrying: full']);
    desk.journal.keptRefusal = undefined;
    await desk.advance(500);
    expect(await desk.words()).toEqual(['breaker/node02']);
  });
});
