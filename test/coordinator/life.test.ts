import { describe, expect, test } from 'vitest';
import { Life } from '../../src/coordinator/commands/process-life.ts';
import { openDesk, POLICY } from './support/desk.ts';
import { settled } from './support/reports.ts';

const OUTLIVING = { node01: 60_000, node02: 60_000, node03: 0 };

/** A life that is killed while a create of key 5 may still land on node01 and node03, and one of key 6 on node03. */
async function killedLife() {
  const desk = await openDesk();
  const { quiesceMs } = POLICY;
  const loose = [
    { effect: 'present', token: '1.000000', until: desk.clock.now() + quiesceMs },
  ] as const;
  for (const [id, groupId] of [
    ['a', '5'],
    ['b', '6'],
  ] as const) {
    desk.ask({ op: 'create', id, groupId });
    await desk.rest();
    const nodes = id === 'a' ? { node01: loose, node03: loose } : { node03: loose };
    desk.report(settled(desk, id, { loose: nodes }));
    await desk.rest();
  }
  return desk;
}

describe('P4.5: after a life that was killed', () => {
  test('what it has sent is waited for as long as the kernel may send it, node by node', async () => {
    const before = await killedLife();
    const desk = await openDesk({
      clock: before.clock,
      from: before.crash(),
      outliving: OUTLIVING,
    });
    desk.ask({ op: 'delete', id: 'far', groupId: '5', deadlineMs: 120_000 });
    desk.ask({ op: 'delete', id: 'near', groupId: '6', deadlineMs: 120_000 });
    await desk.advance(4999);
    expect(desk.driven).toEqual([]);
    await desk.advance(1);
    expect(desk.driven).toEqual(['near']);
    await desk.advance(54_999);
    expect(desk.driven).toEqual(['near']);
    await desk.advance(1);
    expect(desk.driven).toEqual(['near', 'far']);
  });

  test('whoever waits for that is told until when, and for which node', async () => {
    const before = await killedLife();
    const desk = await openDesk({
      clock: before.clock,
      from: before.crash(),
      outliving: OUTLIVING,
    });
    const until = new Date(desk.clock.now() + 60_000).toISOString();
    const detail = `not asked yet: an earlier request may still land here until ${until}`;
    const sent = { node01: { state: 'unknown', attempts: 0, lastResponse: detail } };
    const accepted = desk.ask({ op: 'delete', id: 'c', groupId: '5', wait: 'accepted' });
    const refused = desk.ask({ op: 'delete', id: 'c', groupId: '5' });
    await desk.advance(6000);
    expect(accepted.answer).toMatchObject({ state: 'accepted', nodes: sent });
    const status = desk.ask({ op: 'status', id: 'c' });
    await desk.rest();
    expect(status.answer).toMatchObject({ state: 'accepted', nodes: sent });
    await desk.advance(25_000);
    expect(refused.answer).toMatchObject({ state: 'refused', reason: 'deadline', nodes: sent });
  });

  test('an open command of it is driven with the same time', async () => {
    const before = await openDesk();
    before.ask({ op: 'create', id: 'a', groupId: '5' });
    await before.rest();
    const desk = await openDesk({
      clock: before.clock,
      from: before.crash(),
      outliving: OUTLIVING,
    });
    const now = desk.clock.now();
    const inherited = { node01: now + 60_000, node02: now + 60_000, node03: now + 5000 };
    expect(desk.ordersOf('drive')).toMatchObject([{ inherited }]);
  });
});

describe('P4.5: how a life ended', () => {
  const outliving = { node01: 60_000 };
  const { quiesceMs } = POLICY;

  test('in order: its requests are waited for as any others', async () => {
    const { journal, clock } = await killedLife();
    await journal.keep('life', 'ended');
    const { inherited } = await Life.begin(journal, { outliving, quiesceMs, now: clock.now });
    expect(inherited).toEqual({ node01: clock.now() + quiesceMs });
    expect((await journal.kept()).get('life')).toBe('running');
  });

  test('a journal that does not know is that of a life that was killed, unless it is empty', async () => {
    const { journal, clock } = await killedLife();
    const killed = await Life.begin(journal, { outliving, quiesceMs, now: clock.now });
    expect(killed.inherited).toEqual({ node01: clock.now() + 60_000 });
    const empty = (await openDesk()).journal;
    const first = await Life.begin(empty, { outliving, quiesceMs, now: clock.now });
    expect(first.inherited).toEqual({ node01: clock.now() + quiesceMs });
  });

  test('an end in order does not make up for a kill before, until all that was sent has landed', async () => {
    const { journal, clock } = await killedLife();
    const life = await Life.begin(journal, { outliving, quiesceMs, now: clock.now });
    life.noteNodesLeft();
    await clock.advance(59_999, async () => {});
    await life.end(journal);
    expect((await journal.kept()).get('life')).toBe('running');
    await clock.advance(1, async () => {});
    await life.end(journal);
    expect((await journal.kept()).get('life')).toBe('ended');
  });

  test('nor is it in order while a thread may have connections to nodes', async () => {
    const { journal, clock } = await openDesk();
    const life = await Life.begin(journal, { outliving, quiesceMs, now: clock.now });
    await life.end(journal);
    expect((await journal.kept()).get('life')).toBe('running');
    life.noteNodesLeft();
    await life.end(journal);
    expect((await journal.kept()).get('life')).toBe('ended');
  });
});
