/** A node that is gone for good, with the real daemon: commands that name it end without it, over kill -9, too. */
import { expect, test } from 'vitest';
import { startCluster, statusOf } from '../support/cluster.ts';
import type { Nodesim } from '../support/nodesim.ts';
import { runCli } from '../support/run-cli.ts';

const LATE_MS = 600_000;

/** The configuration without node03. */
function two(sim: Nodesim) {
  return { LOCKSTEP_NODES: sim.nodes.split(',').slice(0, 2).join(',') };
}

test('P1, P3, P5: a rollback that sticks and a command that waits end without a node that is retired, over kill -9', async () => {
  const { client, daemon, sim } = await startCluster({ executors: 1 });
  const cli = (...args: string[]) => runCli([...args, '--endpoint', daemon.endpoint]);
  expect(await client.create('stays')).toMatchObject({ state: 'committed' });
  // Its create takes effect, and from then on it says nothing: the rollback waits for it.
  await sim.setFaults('node03', { noAnswer: 1 });
  await client.create('5', { id: 'undone', deadlineMs: 500, wait: 'accepted' });
  await statusOf(client, 'undone', { state: 'compensating' });
  await client.pause('bulk');
  const wait = { wait: 'accepted', deadlineMs: LATE_MS, ifUnavailable: 'wait' } as const;
  await client.delete('stays', { id: 'waits', lane: 'bulk', ...wait });
  await client.breaker('node03', 'open');
  const foreseen = await cli('node', 'retire', 'node03', '--dry-run');
  expect(foreseen.stdout).toContain('2 open commands name node03:');
  expect(foreseen.stdout).toMatch(/undone +create 5 +compensating.* may be left there/);
  expect(await client.status('undone')).toMatchObject({ state: 'compensating' });
  const retired = await cli('node', 'retire', 'node03', '--yes');
  expect([retired.code, retired.stderr]).toEqual([0, '']);
  // The rollback may be over by now; the delete has not begun.
  await daemon.kill9();
  await daemon.restart();
  expect(await client.create('new')).toMatchObject({
    error: { code: 'unavailable', message: 'node03 is retired, and still configured' },
  });
  const undone = await statusOf(client, 'undone', { state: 'rolled_back' });
  expect(undone.nodes).toMatchObject({
    node01: { state: 'absent' },
    node02: { state: 'absent' },
    node03: { state: 'unknown', retired: true },
  });
  await daemon.kill9();
  await daemon.restart(two(sim));
  await client.resume();
  const waits = await statusOf(client, 'waits', { state: 'committed' });
  expect(waits.nodes).toMatchObject({ node03: { state: 'unknown', retired: true } });
  expect(await client.create('new')).toMatchObject({ state: 'committed' });
  expect([await sim.list('node01'), await sim.list('node02')]).toEqual([['new'], ['new']]);
  const status = await cli('status', 'waits', '--story');
  expect(status.stdout).toContain('retired, not known');
  expect(status.stdout).toContain('retire node03');
  const acts = await client.send({ op: 'acts', act: 'node_retire' });
  expect(acts).toMatchObject({ acts: [{ on: 'node03', outcome: 'done', matched: 2 }] });
  // What is left there was never called gone.
  expect(await sim.list('node03')).toContain('stays');
});

test('P5: a node that was taken out of the configuration too early is retired afterwards', async () => {
  const { client, daemon, sim } = await startCluster({ executors: 1 });
  await sim.setFaults('node03', { noAnswer: 1, noAnswerEffect: false });
  await client.create('5', { id: 'left', wait: 'accepted', deadlineMs: LATE_MS });
  await daemon.kill9();
  await daemon.restart(two(sim));
  expect(await client.summary()).toMatchObject({ missingNodes: { node03: 1 } });
  expect(await client.status('left')).toMatchObject({ state: 'applying' });
  expect(await client.node('node03', 'retire')).toMatchObject({
    nodes: { node03: { configured: false } },
    retiring: { matched: 1, counts: { goes_on: 1 } },
  });
  const left = await statusOf(client, 'left', { state: 'committed' });
  expect(left.nodes).toMatchObject({ node03: { state: 'unknown', retired: true } });
  expect(await client.summary()).not.toHaveProperty('missingNodes');
  expect([await sim.list('node01'), await sim.list('node02')]).toEqual([['5'], ['5']]);
});
