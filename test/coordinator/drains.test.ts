import { describe, expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import { crewOf } from './support/crew.ts';
import { HandClock } from './support/hand-clock.ts';
import { type Harness, openHarness } from './support/harness.ts';
import { settled, turned } from './support/reports.ts';
import { SimNode } from './support/sim-node.ts';

const DRAIN = { op: 'node', act: 'drain', node: 'node02', by: 'ann' } as const;
const UNDRAIN = { op: 'node', act: 'undrain', node: 'node02' } as const;

function drainedIn(harness: Harness) {
  return { since: new Date(harness.clock.now()).toISOString(), by: 'ann (unverified)' };
}

/** A coordinator with executors, and nodes of which node02 can go away. */
async function stage() {
  const clock = new HandClock();
  const [node01, node02, node03] = [new SimNode(clock), new SimNode(clock), new SimNode(clock)];
  const harness = await openHarness({ clock, executors: 1, concurrency: 64 });
  crewOf(harness, { node01, node02, node03 }, { count: 1 });
  return { harness, nodes: [node01, node02, node03], node02 };
}

describe('a drained node', () => {
  test('P3: new commands are accepted and journaled, and begin when it is undrained, in their order', async () => {
    const harness = await openHarness();
    const drain = harness.ask(DRAIN);
    await harness.rest();
    const drained = drainedIn(harness);
    expect(drain.answer).toEqual({ nodes: { node02: { configured: true, drained } } });
    const accepted = harness.ask({ op: 'create', id: 'a', groupId: 'a', wait: 'accepted' });
    harness.ask({ op: 'delete', id: 'b', groupId: 'b', lane: 'bulk' });
    await harness.rest();
    expect(accepted.answer).toMatchObject({ id: 'a', state: 'accepted' });
    expect(await harness.journal.find('a')).toMatchObject({ state: 'accepted' });
    expect(harness.driven).toEqual([]);
    const undrain = harness.ask(UNDRAIN);
    await harness.rest();
    expect(undrain.answer).toEqual({ nodes: { node02: { configured: true } } });
    expect(harness.driven.toSorted()).toEqual(['a', 'b']);
  });

  test('its breaker refuses nobody; that of another node does', async () => {
    const harness = await openHarness();
    harness.ask(DRAIN);
    harness.ask({ op: 'breaker', node: 'node02', act: 'open' });
    await harness.rest();
    const waits = harness.ask({ op: 'create', groupId: '1', wait: 'accepted' });
    const ping = harness.ask({ op: 'ping' });
    await harness.rest();
    expect(waits.answer).toMatchObject({ state: 'accepted' });
    expect(ping.answer).toMatchObject({ accepting: true });
    harness.ask({ op: 'breaker', node: 'node03', act: 'open' });
    await harness.rest();
    const refused = harness.ask({ op: 'create', groupId: '2' });
    await harness.rest();
    expect(refused.answer).toMatchObject({
      error: {
        code: 'unavailable',
        message: expect.stringMatching(/^the breaker of node03[^;]*$/),
      },
    });
  });

  test('P1: a node that is away while it is drained costs no command, and all commit afterwards', async () => {
    const { harness, nodes, node02 } = await stage();
    harness.ask(DRAIN);
    await harness.rest();
    node02.otherwise = () => 'unsent';
    const asked = Array.from({ length: 20 }, (_, index) =>
      harness.ask({ op: 'create', groupId: `${index}` }),
    );
    await harness.advance(10_000);
    expect(asked.every(({ isOpen }) => isOpen)).toBe(true);
    expect(node02.calls).toEqual([]);
    node02.otherwise = () => undefined;
    harness.ask(UNDRAIN);
    await harness.advance(1000);
    expect(asked.map(({ answer }) => answer)).toEqual(
      asked.map(() => expect.objectContaining({ state: 'committed' })),
    );
    expect(nodes.map(({ records }) => records.size)).toEqual([20, 20, 20]);
  });

  test('P1, P5: what has begun goes on, rollbacks too', async () => {
    const harness = await openHarness({ concurrency: 1 });
    const begun = harness.ask({ op: 'create', id: 'a', groupId: 'a' });
    harness.ask({ op: 'delete', id: 'b', groupId: 'b' });
    await harness.rest();
    harness.ask(DRAIN);
    await harness.rest();
    harness.report(turned(harness, 'a'));
    await harness.rest();
    harness.report(settled(harness, 'a', { state: 'rolled_back', reason: 'deadline' }));
    await harness.rest();
    expect(begun.answer).toMatchObject({ state: 'rolled_back' });
    expect(harness.driven).toEqual(['a']);
  });

  test('P9: a command that waits past its deadline is refused, and hears which node it waited for', async () => {
    const harness = await openHarness();
    harness.ask(DRAIN);
    await harness.rest();
    const asked = harness.ask({ op: 'create', id: 'late', groupId: '5', deadlineMs: 1000 });
    await harness.advance(1500);
    expect(asked.answer).toMatchObject({
      state: 'refused',
      reason: 'deadline',
      nodes: { node02: { lastResponse: 'not asked: an operator had drained the node' } },
    });
    expect(asked.answer).not.toHaveProperty('nodes.node01.lastResponse');
    const told = harness.ask({ op: 'status', id: 'late', story: true });
    await harness.rest();
    expect(told.answer).toHaveProperty(
      'story.1',
      expect.objectContaining({ step: 'waited', for: 'drain', node: 'node02', ms: 1000 }),
    );
  });

  test('the story of a command names the drain that it waited for, while it lasts and after its end', async () => {
    const harness = await openHarness();
    harness.ask(DRAIN);
    await harness.rest();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.advance(100);
    const wait = { step: 'waited', for: 'drain', node: 'node02', by: 'ann (unverified)' };
    const open = harness.ask({ op: 'status', id: 'a', story: true });
    await harness.rest();
    expect(open.answer).toMatchObject({ story: [{ step: 'accepted' }, wait] });
    harness.ask(UNDRAIN);
    await harness.rest();
    harness.report({ ...settled(harness, 'a', { state: 'refused' }), story: [] } as never);
    await harness.rest();
    const told = harness.ask({ op: 'status', id: 'a', story: true });
    await harness.rest();
    expect(told.answer).toMatchObject({ story: [{ step: 'accepted' }, { ...wait, ms: 100 }, {}] });
  });

  test('is in status, in the events and in the trail of acts, once for each change', async () => {
    const harness = await openHarness();
    for (const request of [DRAIN, DRAIN, UNDRAIN, UNDRAIN, DRAIN]) harness.ask(request);
    await harness.rest();
    const [status, acts] = [harness.ask({ op: 'status' }), harness.ask({ op: 'acts' })];
    await harness.advance(3000);
    const by = 'ann (unverified)';
    expect(status.answer).toMatchObject({
      accepting: true,
      nodes: { node02: { drained: { by } } },
    });
    expect(status.answer).not.toHaveProperty('nodes.node01.drained');
    expect(harness.events.filter(([topic]) => topic.startsWith('node.'))).toEqual([
      ['node.node02', { node: 'node02', drained: true, retired: false, by }],
      ['node.node02', { node: 'node02', drained: false, retired: false }],
      ['node.node02', { node: 'node02', drained: true, retired: false, by }],
    ]);
    expect(acts.answer).toMatchObject({
      acts: ['drain', 'undrain', 'undrain', 'drain', 'drain'].map((act) => ({
        act: `node_${act}`,
        on: 'node02',
        outcome: 'done',
      })),
    });
  });

  test('outlives a restart, and ends with one that no longer has the node', async () => {
    const before = await openHarness();
    before.ask(DRAIN);
    await before.rest();
    before.ask({ op: 'delete', id: 'a', groupId: '5' });
    await before.rest();
    const harness = await openHarness({ clock: before.clock, from: before.crash() });
    expect(harness.notes).toEqual([['a node is still drained', { node: 'node02' }]]);
    expect(harness.driven).toEqual([]);
    const without = { nodeNames: ['node01', 'node03'] };
    const after = await openHarness({ clock: harness.clock, from: harness.crash(), ...without });
    expect(after.notes).toEqual([
      ['a node was drained and is not configured any longer', { node: 'node02' }],
    ]);
    expect(after.driven).toEqual(['a']);
    expect(await after.words()).not.toContain('drain/node02');
  });

  test('P3: does not hold if the journal does not keep it', async () => {
    const harness = await openHarness();
    harness.journal.keep = () =>
      Promise.reject(new JournalError('the disk is full', { code: 'full' }));
    const drain = harness.ask(DRAIN);
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    expect(drain.answer).toMatchObject({ error: { code: 'unavailable' } });
    expect(harness.driven).toEqual(['a']);
  });

  test('P10: a corrupt stored drain keeps the node drained; an unreadable journal drains none, and says so', async () => {
    const before = await openHarness();
    await before.journal.keep('drain/node02', 'nonsense');
    const snapshot = before.crash();
    const harness = await openHarness({ clock: before.clock, from: snapshot });
    expect(harness.coordinator.drains.has('node02')).toBe(true);
    expect(harness.troubles).toEqual([
      'the stored value of the drained node node02 is corrupt: it stays drained: corrupt',
    ]);
    const blind = await openHarness({
      clock: before.clock,
      from: snapshot,
      prepare: ({ journal }) => {
        journal.keptRefusal = new JournalError('away', { code: 'busy' });
      },
    });
    expect(blind.coordinator.drains.isFree).toBe(true);
    expect(blind.troubles).toContain(
      'cannot read the drained nodes from the journal: none is drained: busy',
    );
  });

  test.each([
    [{ op: 'node', act: 'drain' }, 'drain needs a node'],
    [{ op: 'node', act: 'drain', node: 'node09' }, '"node09" is no node'],
    [{ op: 'node', node: 'node09' }, '"node09" is no node'],
  ] as const)('%j is a wrong request', async (request, message) => {
    const harness = await openHarness();
    const asked = harness.ask(request);
    await harness.rest();
    expect(asked.answer).toMatchObject({
      error: { code: 'invalid_request', field: 'node', message },
    });
  });
});

test('a node that is not configured is shown while open commands name it, and cannot be drained', async () => {
  const before = await openHarness();
  before.ask({ op: 'create', groupId: '5' });
  await before.rest();
  const nodeNames = ['node01', 'node03'];
  const harness = await openHarness({ clock: before.clock, from: before.crash(), nodeNames });
  const [nodes, drain] = [harness.ask({ op: 'node' }), harness.ask(DRAIN)];
  await harness.rest();
  expect(nodes.answer).toEqual({
    nodes: {
      node01: { configured: true },
      node03: { configured: true },
      node02: { configured: false, open: 1 },
    },
  });
  expect(drain.answer).toMatchObject({ error: { message: '"node02" is not configured' } });
});
