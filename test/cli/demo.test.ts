import { expect, test } from 'vitest';
import { keysOf, Simulator } from '../../src/cli/demo/simulator.ts';
import { startNodesim } from '../support/nodesim.ts';

test('the demo finds every record of every simulated node, and sets how often they fail', async () => {
  await using sim = await startNodesim();
  const keys = Array.from({ length: 1001 }, (_, key) => `k${String(key).padStart(4, '0')}`);
  for (const groupId of keys) {
    const body = JSON.stringify({ groupId });
    const headers = { 'content-type': 'application/json', node: 'node02', timestamp: '1.5' };
    await fetch(`${sim.urls['node02']}/group`, { method: 'POST', body, headers });
  }
  const simulator = new Simulator({ NODESIM_PORT: new URL(sim.sharedUrl).port });
  const found: Record<string, string[]> = {};
  for (const node of await simulator.nodes()) {
    const held: string[] = [];
    for await (const item of keysOf(node)) held.push('key' in item ? item.key : item.fault);
    found[node.name] = held;
  }
  expect(found).toEqual({ node01: [], node02: keys, node03: [] });

  await simulator.setFaultRate(0.25);
  const settings = (await (await fetch(`${sim.sharedUrl}/_sim/settings`)).json()) as object;
  expect(Object.values(settings)).toMatchObject([0, 0, 0].map(() => ({ randomBehavior: 0.25 })));
});
