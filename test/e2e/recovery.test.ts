/**
 * The daemon is killed (kill -9) at every point of a command's life, and keeps its promises in the
 * next run. The nodes hold commands at the chosen point: they do not answer some calls.
 */
import { describe, expect, type TestContext, test, vi } from 'vitest';
import type { CommandAnswer, LockstepClient } from '../../src/client/index.ts';
import type { Faults } from '../../src/nodesim/faults/schema.ts';
import { type Cluster, startCluster, statusOf } from '../support/cluster.ts';

const SETTINGS = {
  LOCKSTEP_REQUEST_TIMEOUT_MS: '300',
  LOCKSTEP_QUIESCE_MS: '600',
  LOCKSTEP_BACKOFF_CAP_MS: '100',
  LOCKSTEP_STUCK_AFTER_MS: '400',
};
const DEAF: Faults = { noAnswer: 1, noAnswerEffect: false };
const EMPTY = [true, { node01: 0, node02: 0, node03: 0 }];
const ONE_EACH = [true, { node01: 1, node02: 1, node03: 1 }];

const start = (env = {}) => startCluster({ executors: 1, env: { ...SETTINGS, ...env } });
const startFor = ({ onTestFinished }: TestContext) =>
  startCluster({ executors: 1, env: SETTINGS }, onTestFinished);

/**
 * The way to bring a command on key `k` into a state and hold it there; its outcome when it is
 * released.
 */
const HOLDS: readonly {
  readonly state: CommandAnswer['state'];
  readonly op: 'create' | 'delete';
  readonly faults: Readonly<Record<string, Faults>>;
  readonly ends: CommandAnswer['state'];
}[] = [
  {
    state: 'accepted',
    op: 'delete',
    faults: { node02: { ...DEAF, on: ['read'] } },
    ends: 'committed',
  },
  {
    state: 'applying',
    op: 'create',
    faults: { node02: { ...DEAF, on: ['create'] } },
    ends: 'committed',
  },
  {
    state: 'applying',
    op: 'delete',
    faults: { node03: { ...DEAF, on: ['delete'] } },
    ends: 'committed',
  },
  {
    state: 'compensating',
    op: 'create',
    faults: { node01: { forceStatus: 403 }, node02: { ...DEAF, on: ['delete'] } },
    ends: 'rolled_back',
  },
  {
    state: 'compensating',
    op: 'delete',
    faults: { node01: { forceStatus: 403, on: ['delete'] }, node02: { ...DEAF, on: ['create'] } },
    ends: 'rolled_back',
  },
];

/** Brings a command to the state, and kills the daemon. */
async function killWhile({ state, op, faults }: (typeof HOLDS)[number], cluster: Cluster) {
  const { sim, daemon, client } = cluster;
  if (op === 'delete') expect(await client.create('k')).toMatchObject({ state: 'committed' });
  for (const [node, fault] of Object.entries(faults)) await sim.setFaults(node, fault);
  const outcome = client.send({ op, groupId: 'k', id: 'held', deadlineMs: 60_000 });
  await statusOf(client, 'held', { state });
  await daemon.kill9();
  await daemon.restart();
  return outcome;
}

describe('killed while a command is', () => {
  test.concurrent.for(HOLDS)(
    '$state ($op), P1: it ends $ends, in the next life',
    async (hold, ctx) => {
      const { expect } = ctx;
      const cluster = await startFor(ctx);
      const { sim, daemon, client } = cluster;
      const pid = daemon.pid;
      const held = killWhile(hold, cluster);
      await vi.waitUntil(() => daemon.alive && daemon.pid !== pid, 20_000);
      await statusOf(client, 'held', { state: hold.state });

      // P6: a new command on its key waits for it.
      const opposite = hold.op === 'create' ? 'delete' : 'create';
      const next = hold.ends === 'committed' ? opposite : hold.op;
      const after = client.send({ op: next, groupId: 'k', id: 'after' });
      expect(await statusOf(client, 'after', {})).toMatchObject({ state: 'accepted' });
      expect(await client.status('held')).toMatchObject({ state: hold.state });
      await sim.clearFaults();
      expect(await held).toMatchObject({ id: 'held', state: hold.ends });
      expect(await after).toMatchObject({ id: 'after', state: 'committed' });
      expect(await sim.stats()).toEqual(next === 'create' ? ONE_EACH : EMPTY);
      // P7: the same id gets the first outcome, in this run and in the next.
      const again = { op: hold.op, groupId: 'k', id: 'held' } as const;
      expect(await client.send(again)).toEqual(await held);
      await daemon.kill9();
      await daemon.restart();
      expect(await client.send(again)).toEqual(await held);
    },
  );
});

describe('over a kill -9', () => {
  test('P3: what was answered `accepted` is done', async () => {
    const { sim, daemon, client } = await start();
    await sim.setFaults('*', DEAF);
    const keys = Array.from({ length: 200 }, (_, index) => `${index}`);
    const options = { wait: 'accepted', deadlineMs: 60_000 } as const;
    const answers = await Promise.all(keys.map((id) => client.create(id, { id, ...options })));
    await daemon.kill9();
    expect(answers.every((answer) => 'state' in answer)).toBe(true);
    await sim.clearFaults();
    await daemon.restart();
    for (const id of keys) await statusOf(client, id, { state: 'committed' });
    expect(await sim.stats()).toEqual([true, { node01: 200, node02: 200, node03: 200 }]);
  });

  test('P6: the line at a key keeps its order', async () => {
    const { sim, daemon, client } = await start();
    await sim.setFaults('node02', { ...DEAF, on: ['create'] });
    const ended: string[] = [];
    const ids = Array.from({ length: 12 }, (_, index) => `${index}`);
    const line = ids.map(async (id, index) => {
      const op = index % 2 === 0 ? 'create' : 'delete';
      const answer = await client.send({ op, groupId: 'k', id, deadlineMs: 60_000 });
      ended.push(id);
      return answer;
    });
    await statusOf(client, '11', { state: 'accepted' });
    await daemon.kill9();
    await sim.clearFaults();
    await daemon.restart();
    for (const answer of await Promise.all(line))
      expect(answer).toMatchObject({ state: 'committed' });
    expect(ended).toEqual(ids);
    expect(await sim.stats()).toEqual(EMPTY);
  });

  test('the deadline counts on', async () => {
    const { sim, daemon, client } = await start();
    await sim.setFaults('node02', { ...DEAF, on: ['create'] });
    const held = client.create('k', { id: 'held', deadlineMs: 1000 });
    const waiting = client.delete('k', { id: 'waiting', deadlineMs: 1000 });
    await statusOf(client, 'held', { state: 'applying' });
    await statusOf(client, 'waiting', { state: 'accepted' });
    const until = Date.now() + 1000;
    await daemon.kill9();
    await vi.waitUntil(() => Date.now() > until, 5000);
    await daemon.restart();
    expect(await waiting).toMatchObject({ state: 'refused', reason: 'deadline' });
    expect(await held).toMatchObject({ state: 'rolled_back', reason: 'deadline' });
    expect(await sim.stats()).toEqual(EMPTY);
  });

  test('P4.5: a delete does not begin while a create of the former life may still land', async () => {
    const { sim, daemon, client } = await start({ LOCKSTEP_QUIESCE_MS: '6000' });
    await sim.setFaults('node02', { late: 1, lateMs: [4000, 4000], on: ['create'], times: 1 });
    const options = { id: 'held', wait: 'accepted', ensure: true } as const;
    await client.create('k', options);
    await vi.waitUntil(async () => (await sim.counters())['node02']?.late.waiting === 1, 5000);
    await daemon.kill9();
    await daemon.restart();
    // The repeat commits at once: the request that may still land agrees with it.
    expect(await client.create('k', { ...options, wait: 'settled' })).toMatchObject({
      state: 'committed',
    });
    expect((await sim.counters())['node02']?.late.landed).toBe(0);
    expect(await client.delete('k')).toMatchObject({ state: 'committed' });
    expect((await sim.counters())['node02']?.late.landed).toBe(1);
    expect(await sim.stats()).toEqual(EMPTY);
  });

  test('P5: a rollback whose node is down is stuck, stays stuck, and ends when the node is back', async () => {
    const cluster = await start();
    const { sim, daemon, client } = cluster;
    const news = firstEvent(client, 'command.stuck');
    const held = stick(cluster);
    await statusOf(client, 'held', { state: 'compensating', stuck: true });
    expect(await news).toMatchObject({ id: 'held', stuck: true });
    for (let life = 0; life < 2; life++) {
      await daemon.kill9();
      await daemon.restart();
      await statusOf(client, 'held', { state: 'compensating', stuck: true, reason: 'deadline' });
      expect(await client.list({ stuck: true })).toMatchObject({ commands: [{ id: 'held' }] });
      expect(await client.summary()).toMatchObject({ compensating: 1, stuck: 1, open: 1 });
    }
    await sim.clearFaults();
    expect(await held).toMatchObject({ state: 'rolled_back', reason: 'deadline' });
    expect(await client.summary()).toMatchObject({ compensating: 0, stuck: 0, open: 0 });
    expect(await sim.stats()).toEqual(EMPTY);
  });

  test('P5: only an operator can abandon it, for good; `ensure` then makes the nodes equal', async () => {
    const cluster = await start();
    const { sim, daemon, client } = cluster;
    const held = stick(cluster);
    await statusOf(client, 'held', { stuck: true });
    expect(await client.abandon('held')).toMatchObject({ id: 'held', state: 'abandoned' });
    const outcome = await held;
    expect(outcome).toMatchObject({
      state: 'abandoned',
      nodes: { node01: { state: 'absent' }, node02: { state: 'present' } },
    });
    await daemon.kill9();
    await daemon.restart();
    await sim.clearFaults();
    expect(await client.create('k', { id: 'held' })).toEqual(outcome);
    expect(await client.stats()).toMatchObject({ consistent: false });
    expect(await client.create('k', { ensure: true })).toMatchObject({ state: 'committed' });
    expect(await sim.stats()).toEqual(ONE_EACH);
  });
});

/** A create (`held`, of `k`) whose rollback needs a node that is down. */
async function stick({ sim, client }: Cluster): Promise<unknown> {
  await sim.setFaults('node03', { ...DEAF, on: ['create'] });
  const held = client.create('k', { id: 'held', deadlineMs: 1000 });
  await vi.waitUntil(async () => (await sim.list('node02')).length === 1, 5000);
  await sim.setFaults('node02', { refuse: true });
  return held;
}

/** The payload of the first event of this topic. */
async function firstEvent(client: LockstepClient, topic: string): Promise<unknown> {
  for await (const { payload } of client.subscribe([topic])) return payload;
  return undefined;
}
