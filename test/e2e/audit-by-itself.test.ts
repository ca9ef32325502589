/** The audit that the real daemon makes by itself, over kill -9; and the one without a journal. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isError, type LockstepClient, type SummaryAnswer } from '../../src/client/index.ts';
import { startCluster } from '../support/cluster.ts';
import { runCli } from '../support/run-cli.ts';

const NODES = ['node01', 'node02', 'node03'];

async function summaryOf(client: LockstepClient): Promise<SummaryAnswer> {
  const answer = await client.summary();
  return isError(answer) ? expect.unreachable(answer.error.message) : answer;
}

async function metricOf(url: string, name: string): Promise<string | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1];
}

/** As another program would. @param nodes `NAME=URL,…` */
async function createOn(nodes: string, name: string, groupId: string): Promise<void> {
  const [, url] =
    nodes
      .split(',')
      .map((one) => one.split('='))
      .find(([one]) => one === name) ?? [];
  const headers = { node: name, timestamp: '1.000001', 'content-type': 'application/json' };
  const body = JSON.stringify({ groupId });
  const { status } = await fetch(`${url}/group`, { method: 'POST', headers, body });
  expect(status).toBe(201);
}

test('a node that lost a key is found by itself, told everywhere, kept over kill -9, and not repaired', async () => {
  const env = { LOCKSTEP_AUDIT_EVERY_HOURS: '0.0008' };
  const { client, daemon, sim } = await startCluster({ executors: 1, env });
  for (const key of ['a', 'b']) await client.create(key);
  await sim.reset('node02');
  await expect
    .poll(async () => (await summaryOf(client)).audit?.divergent, { timeout: 20_000 })
    .toBe(2);
  // The door gets the figures once a second.
  await expect
    .poll(() => metricOf(daemon.opsUrl, 'lockstep_divergent_keys'), { timeout: 20_000 })
    .toBe('2');
  expect(daemon.output).toContain(
    'an audit found keys that differ between nodes or from the journal',
  );
  await daemon.kill9();
  // Rarely now: what this life knows is from the journal.
  await daemon.restart({ LOCKSTEP_AUDIT_EVERY_HOURS: '24' });
  const { audit, regularAudit } = await summaryOf(client);
  expect(audit?.divergent).toBe(2);
  const nextMs = Date.parse(regularAudit?.nextAt ?? '') - Date.parse(audit?.finishedAt ?? '');
  expect(nextMs).toBe(24 * 3_600_000);
  expect(await sim.list('node02')).toEqual([]);
});

test.each([
  ['all', ['a', 'b', 'c'], 'create 2'],
  ['none', ['b'], 'delete 2'],
] as const)(
  'P1: a lost journal: audit --no-journal --repair %s makes the nodes alike',
  async (which, left, plan) => {
    const { client, daemon, sim } = await startCluster({ executors: 1 });
    for (const key of ['a', 'b']) await client.create(key);
    await client.delete('a');
    await daemon.stop();
    for (const name of readdirSync(daemon.dataDir)) {
      rmSync(join(daemon.dataDir, name), { recursive: true });
    }
    // What had not reached every node when the journal was lost.
    await createOn(sim.nodes, 'node01', 'a');
    await createOn(sim.nodes, 'node02', 'c');
    await daemon.restart();
    const run = (...args: string[]) =>
      runCli(['audit', '--no-journal', ...args], { env: { LOCKSTEP_ENDPOINT: daemon.endpoint } });
    const found = await run();
    expect(found.stdout).toContain('audit: 2 keys differ (unknown 2), 3 compared');
    expect(found.code).toBe(1);
    const repaired = await run('--repair', which, '--yes');
    expect(repaired.stdout).toContain('repair: 2 keys repaired; now 0 keys differ');
    expect(repaired.stdout).toContain(plan.split(' ')[0]);
    expect(repaired.code).toBe(0);
    for (const node of NODES) expect(await sim.list(node)).toEqual(left);
    expect((await run()).stdout).toContain('the nodes agree with each other');
  },
);
