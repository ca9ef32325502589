/**
 * The effect of faulty nodes on clients. A handwritten loop over the nodes, with a rollback and no
 * retries, committed 51 of 100 at this fault rate.
 */
import { expect, test } from 'vitest';
import { startCluster } from '../support/cluster.ts';

const CREATES = 10_000;
const COMMITTED_LEAST = 0.999 * CREATES;

test('of 10,000 creates at least 99.9 % commit while every node fails one call in five', async () => {
  const { sim, client } = await startCluster({ nodesim: { randomBehavior: 0.2 } });
  const keys = Array.from({ length: CREATES }, (_, index) => String(index));
  const answers = await Promise.all(keys.map((key) => client.create(key)));
  const committed = answers.filter((answer) => 'state' in answer && answer.state === 'committed');
  expect(committed.length).toBeGreaterThanOrEqual(COMMITTED_LEAST);

  const counters = Object.values(await sim.counters());
  const calls = counters.reduce((sum, node) => sum + node.calls.create + node.calls.read, 0);
  const failed = counters.reduce((sum, node) => sum + node.faults.randomBehavior, 0);
  expect(failed / calls).toBeGreaterThan(0.15);
  const count = committed.length;
  expect(await sim.stats()).toEqual([true, { node01: count, node02: count, node03: count }]);
  expect(await client.stats()).toMatchObject({ consistent: true });
});
