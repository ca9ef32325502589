/** A delete whose records cannot be made again, on real nodes: refused before its point of no return, endless after it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type Cluster, connectTo, startCluster } from '../support/cluster.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NODES = ['node01', 'node02', 'node03'];
const SOON = { timeout: 20_000, interval: 50 };

async function start(): Promise<Cluster> {
  const config = join(tempFolder(), 'lockstep.config.json');
  const mine = { extends: 'reliable-ops', delete: { restore: 'none' } };
  writeFileSync(config, JSON.stringify({ dialect: 'mine', dialects: { mine } }));
  const env = {
    LOCKSTEP_CONFIG: config,
    LOCKSTEP_DIALECT: undefined,
    LOCKSTEP_STUCK_AFTER_MS: '1000',
    LOCKSTEP_BACKOFF_CAP_MS: '200',
    // A node that refuses keeps its breaker closed; one that fails would open it.
    LOCKSTEP_BREAKER_FAILURES: '1000000',
    LOCKSTEP_BREAKER_VOLUME: '1000000',
  };
  const cluster = await startCluster({ env });
  await cluster.client.create('k');
  return cluster;
}

const holders = async ({ sim }: Cluster): Promise<readonly string[]> => {
  const lists = await Promise.all(NODES.map((node) => sim.list(node)));
  return NODES.filter((_, index) => lists[index]?.includes('k'));
};

test('P1: the first node refuses: the delete is refused, and all nodes keep their record', async () => {
  const cluster = await start();
  await cluster.sim.setFaults('node01', { forceStatus: 403, on: ['delete'] });
  expect(await cluster.client.delete('k')).toMatchObject({
    state: 'refused',
    reason: 'node_refused',
    nodes: { node02: { state: 'present', attempts: 1 }, node03: { state: 'present', attempts: 1 } },
  });
  expect(await holders(cluster)).toEqual(NODES);
});

test('P1, P5: past its point of no return it continues, over a deadline, a cancel, a refusal and kill -9', async () => {
  const cluster = await start();
  const { client, sim, daemon } = cluster;
  await sim.setFaults('node03', { forceStatus: 403, on: ['delete'] });
  const id = 'forward';
  await client.delete('k', { id, deadlineMs: 1000, wait: 'accepted' });
  await vi.waitUntil(async () => (await holders(cluster)).length === 1, SOON);
  const onward = { id, state: 'applying', forwardOnly: true };
  expect(await client.cancel(id)).toMatchObject(onward);
  await vi.waitUntil(async () => 'stuck' in (await client.status(id)), SOON);
  expect(await client.status(id)).toMatchObject({ ...onward, stuck: true });
  expect(await client.list({ stuck: true })).toMatchObject({ commands: [onward] });
  expect(daemon.output).toContain('a delete that cannot be undone is stuck');

  await daemon.kill9();
  await daemon.restart();
  const again = await connectTo(daemon);
  await vi.waitUntil(async () => {
    const { nodes } = (await again.status(id)) as { nodes?: Record<string, { state: string }> };
    return nodes?.['node01']?.state === 'absent' && nodes['node02']?.state === 'absent';
  }, SOON);
  expect(await again.status(id)).toMatchObject({ ...onward, stuck: true });
  expect(await holders(cluster)).toEqual(['node03']);

  await sim.clearFaults();
  await again.retry(id);
  await vi.waitUntil(async () => (await holders(cluster)).length === 0, SOON);
  expect(await again.delete('k', { id })).toMatchObject({ id, state: 'committed' });
});
