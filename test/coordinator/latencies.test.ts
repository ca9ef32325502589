/** How soon a node has answered lately. */
import { expect, test } from 'vitest';
import { DistributionCounter } from '../../src/base/measure/distribution.ts';
import { Latencies } from '../../src/coordinator/nodes/latencies.ts';

const BOUNDS = [1, 10, 100, 1000];

test('the latency of a node is that of its last 10 to 20 s, and not of its whole life', () => {
  const node = new DistributionCounter(BOUNDS);
  const latencies = new Latencies();
  const after = (seconds: number) => {
    latencies.update(new Map([['node01', node.counted]]), seconds * 1000);
    return latencies.of('node01');
  };
  expect(after(0)).toBeUndefined();
  for (let count = 0; count < 1000; count++) node.observe(1);
  expect(after(1)).toEqual({ p50: 0.5, p99: 1 });
  for (let second = 2; second < 12; second++) after(second);
  for (let count = 0; count < 10; count++) node.observe(100);
  expect(after(12)?.p50).toBeLessThan(1);
  for (let second = 13; second < 31; second++) after(second);
  expect(after(31)?.p50).toBeUndefined();
  for (let count = 0; count < 10; count++) node.observe(100);
  expect(after(32)?.p50).toBe(55);
});

test('a node that was never called has no latency', () => {
  const latencies = new Latencies();
  latencies.update(new Map(), 0);
  expect(latencies.of('node01')).toBeUndefined();
});
