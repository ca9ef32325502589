/**
 * The outcomes of commands that cannot simply commit, and the information that an operator gets.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Faults } from '../../src/nodesim/faults/schema.ts';
import { shareCluster, statusOf } from '../support/cluster.ts';

const DEAF: Faults = { noAnswer: 1, noAnswerEffect: false };
const NODES = ['node01', 'node02', 'node03'];

const cluster = shareCluster({
  env: {
    LOCKSTEP_REQUEST_TIMEOUT_MS: '300',
    LOCKSTEP_QUIESCE_MS: '600',
    LOCKSTEP_BACKOFF_BASE_MS: '10000',
    LOCKSTEP_BACKOFF_CAP_MS: '10000',
  },
});

afterEach(() => cluster.sim.clearFaults());

/** Creates a record on one node, past the daemon. */
async function put(node: string, key: string): Promise<void> {
  const body = JSON.stringify({ groupId: key });
  const headers = { timestamp: '1633786070.879454' };
  const response = await fetch(`${cluster.sim.urls[node]}/group`, {
    method: 'POST',
    headers,
    body,
  });
  expect(response.status).toBe(201);
}

/** The nodes that hold the key. */
async function holders(key: string): Promise<readonly string[]> {
  const lists = await Promise.all(NODES.map((node) => cluster.sim.list(node)));
  return NODES.filter((_, index) => lists[index]?.includes(key));
}

/** The nodes in a reply. */
function states(...each: readonly (readonly [state: string, said?: string])[]) {
  const entries = each.map(([state, detail], index) => [
    NODES[index],
    { state, ...(detail === undefined ? {} : { lastResponse: expect.stringContaining(detail) }) },
  ]);
  return Object.fromEntries(entries) as unknown;
}

describe('a create', () => {
  test('of a key that all nodes hold is refused, for any owner', async () => {
    const { client } = cluster;
    for (const node of NODES) await put(node, 'foreign');
    expect(await client.create('foreign')).toMatchObject({
      state: 'refused',
      reason: 'already_exists',
      nodes: states(['present', '200'], ['present', '200'], ['present', '200']),
    });
    expect(await holders('foreign')).toEqual(NODES);
  });

  test('P1: of a key that some nodes hold is rolled back and names the nodes; `ensure` heals it', async () => {
    const { client } = cluster;
    await put('node02', 'split');
    expect(await client.create('split')).toMatchObject({
      state: 'rolled_back',
      reason: 'diverged',
      nodes: states(['absent'], ['present'], ['absent']),
    });
    expect(await holders('split')).toEqual(['node02']);
    expect(await client.create('split', { ensure: true })).toMatchObject({
      state: 'committed',
      nodes: states(['present'], ['present'], ['present']),
    });
    expect(await holders('split')).toEqual(NODES);
  });

  test('P1: that a node will not do is undone on the others, with what the node said', async () => {
    const { client, sim } = cluster;
    await sim.setFaults('node03', { forceStatus: 403, on: ['create'] });
    expect(await client.create('forbidden')).toMatchObject({
      state: 'rolled_back',
      reason: 'node_refused',
      // node03 has not been read.
      nodes: states(['absent'], ['absent'], ['unknown', '403']),
    });
    expect(await holders('forbidden')).toEqual([]);
  });

  test('P1: that no node will do is refused', async () => {
    await cluster.sim.setFaults('*', { forceStatus: 403, on: ['create'] });
    expect(await cluster.client.create('forbidden')).toMatchObject({
      state: 'refused',
      reason: 'node_refused',
    });
    expect(await holders('forbidden')).toEqual([]);
  });

  test('P1: that is not done by its deadline is undone', async () => {
    const { client, sim } = cluster;
    await sim.setFaults('node01', { ...DEAF, on: ['create'] });
    expect(await client.create('late', { deadlineMs: 500 })).toMatchObject({
      state: 'rolled_back',
      reason: 'deadline',
      nodes: states(['absent'], ['absent'], ['absent']),
    });
    expect(await holders('late')).toEqual([]);
  });
});

describe('a delete', () => {
  test('of what no node holds is refused', async () => {
    expect(await cluster.client.delete('none')).toMatchObject({
      state: 'refused',
      reason: 'not_found',
      nodes: states(['absent', '404'], ['absent', '404'], ['absent', '404']),
    });
  });

  test('P1: of a key that some nodes hold is refused and names the nodes; `ensure` heals it', async () => {
    const { client } = cluster;
    await put('node01', 'rest');
    expect(await client.delete('rest')).toMatchObject({
      state: 'refused',
      reason: 'diverged',
      nodes: states(['present', '200'], ['absent', '404'], ['absent', '404']),
    });
    expect(await holders('rest')).toEqual(['node01']);
    expect(await client.delete('rest', { ensure: true })).toMatchObject({ state: 'committed' });
    expect(await holders('rest')).toEqual([]);
  });

  test('P1: that a node will not do is undone on the others', async () => {
    const { client, sim } = cluster;
    await client.create('kept');
    await sim.setFaults('node02', { forceStatus: 409, on: ['delete'] });
    await sim.setFaults('node03', { forceStatus: 423, on: ['delete'] });
    expect(await client.delete('kept')).toMatchObject({
      state: 'rolled_back',
      reason: 'node_refused',
      nodes: states(['present'], ['present'], ['present', '423']),
    });
    expect(await holders('kept')).toEqual(NODES);
  });
});

describe('an operator', () => {
  test('cancels a command that waits: it is refused, and changes nothing', async () => {
    const { client, sim } = cluster;
    await sim.setFaults('node01', { ...DEAF, on: ['create'], groupIds: ['queue'] });
    const first = client.create('queue', { id: 'first' });
    const second = client.delete('queue', { id: 'second' });
    await statusOf(client, 'second', { state: 'accepted' });
    expect(await client.cancel('second')).toMatchObject({ state: 'refused', reason: 'cancelled' });
    expect(await second).toMatchObject({ id: 'second', state: 'refused', reason: 'cancelled' });
    await client.cancel('first');
    expect(await first).toMatchObject({ state: 'rolled_back' });
  });

  test('P1: cancels a command that runs: it is rolled back', async () => {
    const { client, sim } = cluster;
    await sim.setFaults('node01', { ...DEAF, on: ['create'] });
    const outcome = client.create('stop', { id: 'stop' });
    await vi.waitUntil(async () => (await holders('stop')).length === 2, 5000);
    const answer = await client.cancel('stop');
    expect(['compensating', 'rolled_back']).toContain('state' in answer ? answer.state : answer);
    expect(await outcome).toMatchObject({ state: 'rolled_back', reason: 'cancelled' });
    expect(await holders('stop')).toEqual([]);
  });

  test('has a command that backs off try at once', async () => {
    const { client, sim } = cluster;
    for (const node of NODES) await sim.setFaults(node, { errorBefore: 1, times: 1 });
    const outcome = client.create('hurry', { id: 'hurry' });
    await vi.waitUntil(async () => {
      const status = JSON.stringify(await client.status('hurry'));
      return status.split('"lastResponse"').length > NODES.length;
    }, 5000);
    // It may be settled before the answer is read.
    const state: unknown = expect.stringMatching(/^(applying|committed)$/);
    expect(await client.retry('hurry')).toMatchObject({ id: 'hurry', state });
    const { elapsedMs } = (await outcome) as { elapsedMs: number };
    // Without the retry the last of three waits would be about 7.5 s.
    expect(elapsedMs).toBeLessThan(2000);
    expect(await outcome).toMatchObject({ state: 'committed' });
  });

  test('cannot abandon what is not being rolled back', async () => {
    const { client, sim } = cluster;
    await sim.setFaults('node01', { ...DEAF, on: ['create'] });
    const outcome = client.create('going', { id: 'going' });
    await statusOf(client, 'going', { state: 'applying' });
    const wrong = { error: { code: 'invalid_request', field: 'id' } };
    expect(await client.abandon('going')).toMatchObject(wrong);
    await client.cancel('going');
    await outcome;
    expect(await client.abandon('going')).toMatchObject(wrong);
    expect(await client.abandon('unheard of')).toMatchObject({
      error: { code: 'unknown_command' },
    });
  });
});
