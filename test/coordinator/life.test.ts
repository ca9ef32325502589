import { describe, expect, test } from 'vitest';
import { Life } from '../../src/coordinator/commands/process-life.ts';
import { openHarness, POLICY } from './support/harness.ts';
import { settled } from './support/reports.ts';

const OUTLIVING = { node01: 60_000, node02: 60_000, node03: 0 };

/** A life that is killed while a create of key 5 may still land on node01 and node03, and one of key 6 on node03. */
async function killedLife() {
  const harness = await openHarness();
  const { quiesceMs } = POLICY;
  const loose = [
    { effect: 'present', token: '1.000000', until: harness.clock.now() + quiesceMs },
  ] as const;
  for (const [id, groupId] of [
    ['a', '5'],
    ['b', '6'],
  ] as const) {
    harness.ask({ op: 'create', id, groupId });
    await harness.rest();
    const nodes = id === 'a' ? { node01: loose, node03: loose } : { node03: loose };
    harness.report(settled(harness, id, { loose: nodes }));
    await harness.rest();
  }
  return harness;
}

describe('P4.5: after a life that was killed', () => {
  test('its requests are waited for as long as the kernel may send them, node by node', async () => {
    const before = await killedLife();
    const harness = await openHarness({
      clock: before.clock,
      from: before.crash(),
      outliving: OUTLIVING,
    });
    harness.ask({ op: 'delete', id: 'far', groupId: '5', deadlineMs: 120_000 });
    harness.ask({ op: 'delete', id: 'near', groupId: '6', deadlineMs: 120_000 });
    await harness.advance(4999);
    expect(harness.driven).toEqual([]);
    await harness.advance(1);
    expect(harness.driven).toEqual(['near']);
    await harness.advance(54_999);
    expect(harness.driven).toEqual(['near']);
    await harness.advance(1);
    expect(harness.driven).toEqual(['near', 'far']);
  });

  test('the answer to a waiting command names the time and the node', async () => {
    const before = await killedLife();
    const harness = await openHarness({
      clock: before.clock,
      from: before.crash(),
      outliving: OUTLIVING,
    });
    const until = new Date(harness.clock.now() + 60_000).toISOString();
    const detail = `not asked yet: an earlier request may still land here until ${until}`;
    const sent = { node01: { state: 'unknown', attempts: 0, lastResponse: detail } };
    const accepted = harness.ask({ op: 'delete', id: 'c', groupId: '5', wait: 'accepted' });
    const refused = harness.ask({ op: 'delete', id: 'c', groupId: '5' });
    await harness.advance(6000);
    expect(accepted.answer).toMatchObject({ state: 'accepted', nodes: sent });
    const status = harness.ask({ op: 'status', id: 'c' });
    await harness.rest();
    expect(status.answer).toMatchObject({ state: 'accepted', nodes: sent });
    await harness.advance(25_000);
    expect(refused.answer).toMatchObject({ state: 'refused', reason: 'deadline', nodes: sent });
  });

  test('an open command of it is driven with the same time', async () => {
    const before = await openHarness();
    before.ask({ op: 'create', id: 'a', groupId: '5' });
    await before.rest();
    const harness = await openHarness({
      clock: before.clock,
      from: before.crash(),
      outliving: OUTLIVING,
    });
    const now = harness.clock.now();
    const inherited = { node01: now + 60_000, node02: now + 60_000, node03: now + 5000 };
    expect(harness.ordersOf('drive')).toMatchObject([{ inherited }]);
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
    const empty = (await openHarness()).journal;
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
    const { journal, clock } = await openHarness();
    const life = await Life.begin(journal, { outliving, quiesceMs, now: clock.now });
    await life.end(journal);
    expect((await journal.kept()).get('life')).toBe('running');
    life.noteNodesLeft();
    await life.end(journal);
    expect((await journal.kept()).get('life')).toBe('ended');
  });
});
