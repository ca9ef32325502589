/** A node that is drained before work on it, with the real daemon: commands wait for it, over a kill too. */
import { expect, test } from 'vitest';
import { startCluster, statusOf } from '../support/cluster.ts';

const LATE_MS = 600_000;

test('P1, P3: commands wait for a drained node that is away, over kill -9, and commit when it is undrained', async () => {
  const { client, daemon, sim } = await startCluster({ executors: 1 });
  expect(await client.create('before')).toMatchObject({ state: 'committed' });
  await client.node('node02', 'drain', { by: 'ann@bastion' });
  await sim.setFaults('node02', { noAnswer: 1 });
  // The node is away, and its breaker open: commands wait nevertheless.
  await client.breaker('node02', 'open');
  const keys = Array.from({ length: 20 }, (_, index) => `waits ${index}`);
  const wait = { wait: 'accepted', deadlineMs: LATE_MS } as const;
  for (const id of keys) {
    expect(await client.create(id, { id, ...wait })).toMatchObject({ state: 'accepted' });
  }
  await daemon.kill9();
  await daemon.restart();
  expect(await client.summary()).toMatchObject({
    accepting: true,
    open: 20,
    nodes: { node02: { drained: { by: 'ann@bastion (unverified)' }, breaker: { isOpen: true } } },
  });
  expect(await client.create('more', { id: 'more', ...wait })).toMatchObject({ state: 'accepted' });
  expect(await client.create('late', { deadlineMs: 300 })).toMatchObject({
    state: 'refused',
    reason: 'deadline',
  });
  expect(await sim.list('node01')).toEqual(['before']);
  await sim.clearFaults();
  await client.breaker('node02', 'close');
  await client.node('node02', 'undrain');
  for (const id of [...keys, 'more']) await statusOf(client, id, { state: 'committed' });
  expect(await sim.stats()).toEqual([true, { node01: 22, node02: 22, node03: 22 }]);
  const acts = await client.send({ op: 'acts', act: ['node_drain', 'node_undrain'] });
  expect(acts).toMatchObject({ acts: [{ act: 'node_undrain' }, { act: 'node_drain' }] });
});

test('P1, P5: a rollback still goes to a node that is drained meanwhile', async () => {
  const { client, sim } = await startCluster({ executors: 1 });
  // Takes effect, and tells nobody: the create is undone at its deadline, and the delete repeated.
  await sim.setFaults('node03', { errorAfter: 1, errorAfterStatuses: [500], on: ['create'] });
  await sim.setFaults('node02', { forceStatus: 503, on: ['delete'] });
  const answer = client.create('5', { id: 'undone', deadlineMs: 500 });
  await statusOf(client, 'undone', { state: 'compensating' });
  expect(await client.node('node02', 'drain')).toMatchObject({
    nodes: { node02: { drained: {} } },
  });
  await sim.clearFaults();
  expect(await answer).toMatchObject({ state: 'rolled_back', reason: 'deadline' });
  expect(await sim.stats()).toEqual([true, { node01: 0, node02: 0, node03: 0 }]);
});
