import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';

describe('counting', () => {
  test('stats are consistent when all nodes hold the same keys, and say how many', async () => {
    const bench = new Bench();
    for (const node of Object.values(bench.nodes))
      node.records.set('5', { body: '{}', token: '1' });
    bench.take({ kind: 'count', ticket: 1 });
    await bench.rest();
    bench.node('node02').records.set('6', { body: '{}', token: '1' });
    bench.take({ kind: 'count', ticket: 2 });
    await bench.rest();
    const stats = bench
      .reportsOf('answered')
      .map(({ value }) => value.of === 'count' && value.stats);
    expect(stats).toMatchObject([
      { consistent: true, nodes: { node01: { count: 1 }, node03: { count: 1 } } },
      { consistent: false, nodes: { node01: { count: 1 }, node02: { count: 2 } } },
    ]);
    expect(JSON.stringify(stats)).not.toContain('digest');
  });

  test('a node that cannot be counted makes it unknown, and says why', async () => {
    const bench = new Bench();
    const node = bench.node('node02');
    node.count = () => Promise.resolve({ error: 'no list call' });
    bench.take({ kind: 'count', ticket: 1 });
    await bench.rest();
    expect(bench.reports).toMatchObject([
      { value: { stats: { consistent: null, nodes: { node02: { error: 'no list call' } } } } },
    ]);
  });

  test('nodes without a list: what their cluster says of itself, and that it is that', async () => {
    const bench = new Bench();
    const own = { consistent: true, counts: { node01: 7, node02: 7, node03: 7 } };
    for (const node of Object.values(bench.nodes)) node.count = () => Promise.resolve({ own });
    bench.take({ kind: 'count', ticket: 1 });
    await bench.rest();
    expect(bench.reports).toMatchObject([
      { value: { stats: { consistent: true, nodes: { node03: { count: 7 } }, reported: true } } },
    ]);
  });

  test('P9: a thousand who ask while a count runs share the next one', async () => {
    const bench = new Bench();
    let counts = 0;
    let gate = Promise.withResolvers<void>();
    bench.node('node01').count = async () => {
      counts++;
      const seen = counts;
      await gate.promise;
      return { count: seen, digest: '' };
    };
    for (let ticket = 0; ticket < 1000; ticket++) bench.take({ kind: 'count', ticket });
    await bench.rest();
    expect(counts).toBe(1);
    gate.resolve();
    gate = Promise.withResolvers();
    await bench.rest();
    // Only who asked before it began is answered by a count.
    expect(bench.reports).toHaveLength(1);
    expect(counts).toBe(2);
    gate.resolve();
    await bench.rest();
    expect(bench.reports).toHaveLength(1000);
    expect(counts).toBe(2);
    expect(bench.reports.at(-1)).toMatchObject({
      value: { stats: { nodes: { node01: { count: 2 } } } },
    });
  });
});

test('a report counts the requests to every configured node', async () => {
  const bench = new Bench();
  bench.drive(bench.command(1));
  await bench.advance(5);
  bench.take({ kind: 'report', ticket: 4 });
  expect(bench.reports.at(-1)).toEqual({
    kind: 'answered',
    ticket: 4,
    value: {
      of: 'report',
      nodes: {
        node01: { calls: 1, answers: {} },
        node02: { calls: 1, answers: {} },
        node03: { calls: 1, answers: {} },
      },
    },
  });
});
