/** Every fault, with both dialects, hidden and shown owner marks, own ports and a shared one. */
import { randomInt } from 'node:crypto';
import { test } from 'vitest';
import { judge } from '../chaos/checker.ts';
import { Clients } from '../chaos/clients.ts';
import { comeToRest, countBy, seen } from '../chaos/evidence.ts';
import { FLAVOURS, RANDOM_BEHAVIOR, SETTINGS } from '../chaos/flavours.ts';
import { Heard } from '../chaos/heard.ts';
import { workload } from '../chaos/workload.ts';
import { type ClusterOptions, startCluster } from '../support/cluster.ts';

const COMMANDS = 400;
const KEYS = 60;
const NODES = ['node01', 'node02', 'node03'];

const VARIANTS: readonly [string, ClusterOptions][] = [
  ['of the challenge dialect', { env: { LOCKSTEP_DIALECT: 'challenge' } }],
  ['that show their owner marks', { nodesim: { showTokens: true } }],
  [
    'behind one port, told apart by the `node` header',
    { nodes: ({ sharedUrl }) => NODES.map((name) => `${name}=${sharedUrl}/v1`).join() },
  ],
];

test.concurrent.for(VARIANTS)(
  'P1: nodes %s are kept equal under every fault and a kill -9',
  async (...row) => {
    const [[, { env, nodesim, ...options }], { expect, onTestFinished }] = row;
    const seed = randomInt(1_000_000);
    const cluster = {
      executors: 2,
      ...options,
      env: { ...SETTINGS, ...env },
      nodesim: { ...nodesim, seed, randomBehavior: Number(RANDOM_BEHAVIOR) },
    };
    const { sim, daemon, client } = await startCluster(cluster, onTestFinished);
    // The answer of a challenge node to a delete of a record that it does not have.
    await sim.setSettings('node02', { deleteMissing: 204 });
    await sim.setSettings('node03', { deleteMissing: 400 });
    for (const [node, faults] of Object.entries(FLAVOURS)) await sim.setFaults(node, faults);
    const heard = new Heard();
    using clients = new Clients(daemon.endpoint, heard);
    const kill = async () => {
      expect(await heard.reaches(COMMANDS / 2, 60_000)).toBe(true);
      await daemon.kill9();
      await daemon.restart();
    };
    const bundles = workload(seed, { commands: COMMANDS, keys: KEYS });
    await Promise.all([clients.work(bundles), kill()]);
    await sim.clearFaults();
    await sim.setSettings('*', { randomBehavior: 0 });
    await comeToRest(client, sim);
    const { journal, nodes } = await seen(client, sim);
    const { asked, told: sent, cancels } = heard;
    const faults = [...clients.faults, ...judge({ asked, told: sent, cancels, journal, nodes })];
    expect(faults, `seed ${seed}`).toEqual([]);
    // Some commands wait for a node until their short deadlines pass.
    expect(countBy(journal, ({ state }) => state)['committed']).toBeGreaterThan(COMMANDS / 10);
  },
);
