/** The health reports of an executor to the breakers. */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';

const total = (bench: Bench, node: string) =>
  bench.health.reduce(
    (sum, nodes) => {
      const { calls = 0, failures = 0, slow = 0 } = nodes[node] ?? {};
      return { calls: sum.calls + calls, failures: sum.failures + failures, slow: sum.slow + slow };
    },
    { calls: 0, failures: 0, slow: 0 },
  );

describe('the health of nodes', () => {
  test('successes alone are reported together, a few times a second, and nothing while there is nothing', async () => {
    const bench = new Bench();
    for (let seq = 1; seq <= 100; seq++) bench.drive(bench.command(seq));
    await bench.advance(200);
    expect(bench.health).toEqual([]);
    await bench.advance(100);
    const all = { calls: 100, failures: 0, slow: 0, failuresInRow: 0 };
    expect(bench.health).toEqual([{ node01: all, node02: all, node03: all }]);
    await bench.advance(60_000);
    expect(bench.health).toHaveLength(1);
  });

  test('a failure is reported at once, with the successes before it', async () => {
    const bench = new Bench();
    bench.node('node02').faults.push(undefined, 'unsent');
    bench.drive(bench.command(1));
    bench.drive(bench.command(2));
    await bench.advance(2);
    expect(bench.health[0]).toMatchObject({
      node02: { calls: 2, failures: 1, failuresInRow: 1, lastError: 'ECONNREFUSED' },
    });
  });

  test('slow calls are counted, failed or not; a refusal is no failure', async () => {
    const bench = new Bench();
    bench.node('node02').faults.push('slow');
    bench.node('node03').faults.push('refused');
    bench.drive(bench.command(1));
    await bench.advance(1000);
    expect(total(bench, 'node02')).toEqual({ calls: 1, failures: 0, slow: 1 });
    expect(total(bench, 'node03')).toEqual({ calls: 1, failures: 0, slow: 0 });
  });

  test('the wait for a connection is no part of a slow call, nor of the time of an attempt', async () => {
    const bench = new Bench();
    bench.node('node02').waitMs = 1000;
    bench.drive(bench.command(1));
    await bench.advance(2000);
    expect(total(bench, 'node02')).toEqual({ calls: 1, failures: 0, slow: 0 });
    const [attempt] = bench.attempts.filter(({ node }) => node === 'node02');
    expect(attempt?.ms).toBe(1);
  });

  test('one command that fails forever is reported three times and no more, a success always', async () => {
    const bench = new Bench();
    bench.node('node02').otherwise = () => 'unsure';
    bench.drive(bench.command(1, { deadlineAt: bench.clock.now() + 3_600_000 }));
    await bench.advance(600_000);
    expect(bench.node('node02').calls.length).toBeGreaterThan(100);
    expect(total(bench, 'node02')).toMatchObject({ calls: 3, failures: 3 });
    bench.node('node02').otherwise = () => undefined;
    await bench.advance(5000);
    expect(total(bench, 'node02')).toMatchObject({ calls: 4, failures: 3 });
  });
});
