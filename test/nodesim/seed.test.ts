import { describe, expect, it } from 'vitest';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { failureOf, groupCalls } from './raw-call.ts';

const FAULTS = {
  errorBefore: 0.15,
  errorAfter: 0.15,
  resetBefore: 0.15,
  resetAfter: 0.15,
  garbage: 0.15,
};

/** What a client sees of one sequence of calls. */
async function history(sim: Nodesim, node: string): Promise<string[]> {
  await sim.setFaults(node, FAULTS);
  const group = groupCalls(sim.urls[node] ?? '');
  const seen: string[] = [];
  for (let call = 0; call < 60; call++) {
    const key = String(call % 7);
    const answer = call % 3 === 0 ? group.remove(key) : group.create(key);
    seen.push(await failureOf(answer));
  }
  seen.push(...(await sim.list(node)));
  return seen;
}

describe('the seed', () => {
  it('gives the same faults for the same calls, in another process and after a reset', async () => {
    await using first = await startNodesim({ seed: 42, randomBehavior: 0.1 });
    await using second = await startNodesim({ seed: 42, randomBehavior: 0.1 });
    const sent = await history(first, 'node02');
    expect(new Set(sent).size).toBeGreaterThan(5);
    expect(await history(second, 'node02')).toEqual(sent);
    await first.reset();
    expect(await history(first, 'node02')).toEqual(sent);
  });

  it('gives other faults to other nodes, and another seed others still', async () => {
    await using first = await startNodesim({ seed: 42 });
    await using second = await startNodesim({ seed: 43 });
    const sent = await history(first, 'node01');
    expect(await history(first, 'node02')).not.toEqual(sent);
    expect(await history(second, 'node01')).not.toEqual(sent);
  });

  it('does not let what one call suffered shift the others: times ends, the rest stays', async () => {
    await using sim = await startNodesim({ seed: 42, nodes: ['n'] });
    const statuses = async (): Promise<number[]> => {
      const group = groupCalls(sim.urls['n'] ?? '');
      const all: number[] = [];
      for (let call = 0; call < 40; call++) all.push((await group.read('5')).status);
      return all;
    };
    await sim.setFaults('n', { errorBefore: 0.3, errorBeforeStatuses: [418] });
    const whole = await statuses();
    await sim.reset();
    await sim.setFaults('n', { errorBefore: 0.3, errorBeforeStatuses: [418, 419] });
    const other = await statuses();
    expect(other.map((status) => status > 404)).toEqual(whole.map((status) => status > 404));
  });
});
