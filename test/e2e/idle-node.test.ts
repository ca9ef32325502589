/** A node that dies while no command calls it, with the real daemon: people see it, and new commands are spared. */
import { expect, test } from 'vitest';
import { startCluster } from '../support/cluster.ts';
import { runCli } from '../support/run-cli.ts';

const SEEN_MS_MAX = 15_000;

test('P8, P10: a node that dies while no command calls it is shown as such within 15 s, and as back by itself', async () => {
  const { client, daemon, sim } = await startCluster({
    executors: 2,
    env: { LOCKSTEP_DIALECT: 'reliable-ops' },
  });
  const breakerOf = async (node: string) => {
    const { nodes } = (await client.summary()) as Exclude<
      Awaited<ReturnType<typeof client.summary>>,
      { error: unknown }
    >;
    return nodes[node]?.breaker;
  };
  await sim.setFaults('node02', { refuse: true });
  await expect
    .poll(() => breakerOf('node02'), { timeout: SEEN_MS_MAX, interval: 250 })
    .toMatchObject({ isOpen: true, cause: '2 health checks in a row failed' });
  expect(await breakerOf('node01')).toMatchObject({ state: 'closed' });
  const doctor = await runCli(['doctor', '--endpoint', daemon.endpoint]);
  expect(doctor.stdout).toMatch(/node02.*2 health checks in a row failed/);
  expect(await client.create('5')).toMatchObject({ error: { code: 'unavailable' } });
  expect(await sim.list('node01')).toEqual([]);
  await sim.clearFaults('node02');
  await expect
    .poll(() => breakerOf('node02'), { timeout: SEEN_MS_MAX, interval: 250 })
    .toMatchObject({ state: 'closed' });
  expect(await client.create('5')).toMatchObject({ state: 'committed' });
});
