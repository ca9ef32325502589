/**
 * One command at a time for each key, in the order of acceptance (P6), and no late effect of an
 * earlier one (P4).
 */
import { describe, expect, type TestContext, test, vi } from 'vitest';
import { type Answer, type CommandAnswer, isError } from '../../src/client/index.ts';
import type { Faults } from '../../src/nodesim/faults/schema.ts';
import { connectTo, shareCluster, startCluster } from '../support/cluster.ts';

const EMPTY = [true, { node01: 0, node02: 0, node03: 0 }];
const ONE_EACH = [true, { node01: 1, node02: 1, node03: 1 }];
const SETTINGS = { LOCKSTEP_REQUEST_TIMEOUT_MS: '300', LOCKSTEP_QUIESCE_MS: '4000' };
/** Past the daemon, so that it does not know the record's owner. */
const OWNER = '1633786070.879454';

describe('commands on one key', () => {
  const cluster = shareCluster({ nodesim: { randomBehavior: 0.1 }, env: SETTINGS });

  test('P6: are done one after the other, as they were accepted', async () => {
    const { client, sim } = cluster;
    const ended: string[] = [];
    const ids = Array.from({ length: 200 }, (_, index) => `turn-${index}`);
    const answers = await Promise.all(
      ids.map(async (id, index) => {
        const op = index % 2 === 0 ? 'create' : 'delete';
        const answer = await client.send({ op, groupId: 'turns', id, deadlineMs: 120_000 });
        ended.push(id);
        return answer;
      }),
    );
    expect(statesOf(answers)).toEqual({ committed: ids.length });
    expect(ended).toEqual(ids);
    expect(await sim.stats()).toEqual(EMPTY);
  });

  test('P6: of many that want the same at once, one does it', async () => {
    const { daemon } = cluster;
    const clients = await Promise.all(Array.from({ length: 10 }, () => connectTo(daemon)));
    const asked = clients.flatMap((client) =>
      Array.from({ length: 20 }, () => client.create('wanted')),
    );
    expect(statesOf(await Promise.all(asked))).toEqual({ committed: 1, refused: 199 });
  });

  test('P6: do not delay commands of another key', async () => {
    const { client, sim } = cluster;
    await sim.setFaults('node02', { noAnswer: 1, on: ['create'], groupIds: ['held'] });
    const ended: string[] = [];
    const held = Array.from({ length: 50 }, async (_, index) => {
      const op = index % 2 === 0 ? 'create' : 'delete';
      const answer = await client.send({ op, groupId: 'held', deadlineMs: 120_000 });
      ended.push(`${index}`);
      return answer;
    });
    const others = Array.from({ length: 500 }, (_, index) => client.create(`other ${index}`));
    expect(statesOf(await Promise.all(others))).toEqual({ committed: 500 });
    expect(ended).toEqual([]);
    await sim.clearFaults();
    expect(statesOf(await Promise.all(held))).toEqual({ committed: 50 });
    expect(ended).toEqual(held.map((_, index) => `${index}`));
  });
});

describe.concurrent('P4: a request that was given up and lands late', () => {
  const LATE: Faults = { late: 1, lateMs: [2500, 2500], times: 1 };

  async function clusterWithLate(op: 'create' | 'delete', { onTestFinished }: TestContext) {
    const cluster = await startCluster({ executors: 1, env: SETTINGS }, onTestFinished);
    const { sim } = cluster;
    const late = () => sim.setFaults('node02', { ...LATE, on: [op] });
    const landed = async () => {
      const counters = await sim.counters();
      return counters['node02']?.late.landed === 1;
    };
    return { ...cluster, late, landed };
  }

  test('P4.4: a create does not come back after its delete', async (ctx) => {
    const { client, sim, late, landed } = await clusterWithLate('create', ctx);
    const { expect } = ctx;
    await late();
    expect(await client.create('k')).toMatchObject({ state: 'committed' });
    expect(await landed()).toBe(false);
    expect(await client.delete('k')).toMatchObject({ state: 'committed' });
    expect(await landed()).toBe(true);
    expect(await sim.stats()).toEqual(EMPTY);
  });

  test('P4.3: a create does not come back after it was rolled back', async (ctx) => {
    const { client, sim, late, landed } = await clusterWithLate('create', ctx);
    const { expect } = ctx;
    await late();
    await sim.setFaults('node03', { forceStatus: 403, on: ['create'] });
    expect(await client.create('k')).toMatchObject({ state: 'rolled_back' });
    expect(await landed()).toBe(true);
    expect(await sim.stats()).toEqual(EMPTY);
  });

  test('P4.3: a delete of one record does not take the next one with it', async (ctx) => {
    const { client, sim, late, landed } = await clusterWithLate('delete', ctx);
    const { expect } = ctx;
    await client.create('k');
    await late();
    expect(await client.delete('k')).toMatchObject({ state: 'committed' });
    expect(await client.create('k')).toMatchObject({ state: 'committed' });
    await vi.waitUntil(landed, 5000);
    expect(await sim.stats()).toEqual(ONE_EACH);
  });

  test('P4.4: a create waits for a delete that knew no owner', async (ctx) => {
    const { client, sim, late, landed } = await clusterWithLate('delete', ctx);
    const { expect } = ctx;
    for (const url of Object.values(sim.urls)) {
      const body = JSON.stringify({ groupId: 'k' });
      await fetch(`${url}/group`, { method: 'POST', headers: { timestamp: OWNER }, body });
    }
    await late();
    expect(await client.delete('k')).toMatchObject({ state: 'committed' });
    expect(await landed()).toBe(false);
    expect(await client.create('k')).toMatchObject({ state: 'committed' });
    expect(await landed()).toBe(true);
    expect(await sim.stats()).toEqual(ONE_EACH);
  });

  test('P4.3: a delete that was rolled back leaves the record, however late it lands', async (ctx) => {
    const { client, sim, late, landed } = await clusterWithLate('delete', ctx);
    const { expect } = ctx;
    await client.create('k');
    await late();
    await sim.setFaults('node03', { forceStatus: 403, on: ['delete'] });
    expect(await client.delete('k')).toMatchObject({ state: 'rolled_back' });
    await vi.waitUntil(landed, 5000);
    expect(await sim.stats()).toEqual(ONE_EACH);
  });
});

function statesOf(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const state = isError(answer) ? answer.error.code : (answer as CommandAnswer).state;
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}
