/** Harmless trials of a node whose breaker is half-open: by the health path of its dialect, else by a read. */
import { expect, test } from 'vitest';
import type { NodePort } from '../../src/executor/ports.ts';
import { Bench } from './bench.ts';

const trial = { kind: 'try', node: 'node02', period: 7, call: 'read', harmless: true } as const;

type Finding = Parameters<Parameters<NonNullable<NodePort['checkHealth']>>[0]>[0];

/** A bench whose node02 has a health path that is answered so; undefined: not at all. */
function benchWith(finding: Finding | undefined) {
  const bench = new Bench();
  const given = { up: 0 };
  const node: NodePort = bench.node('node02');
  node.checkHealth = (done) => {
    if (finding !== undefined) setImmediate(() => done(finding));
    return {
      abort: () => {
        given.up++;
        setImmediate(() => done({ signal: 'none', detail: 'given up' }));
      },
    };
  };
  return { bench, given };
}

test.each(['good', 'bad', 'none'] as const)(
  '%s health is the result, and no key is read',
  async (signal) => {
    const { bench } = benchWith({ signal, detail: '503 starting' });
    bench.take(trial);
    await bench.rest();
    const lastError = signal === 'bad' ? { lastError: '503 starting' } : {};
    const tried = { kind: 'tried', node: 'node02', period: 7, healthSignal: signal, ...lastError };
    expect(bench.reportsOf('tried')).toEqual([tried]);
    expect(bench.node('node02').calls).toEqual([]);
  },
);

test('an answer that says nothing of the node is followed by a read', async () => {
  const { bench } = benchWith({ signal: 'unclear', detail: '404' });
  bench.take(trial);
  await bench.advance(5);
  expect(bench.reportsOf('tried')).toMatchObject([{ healthSignal: 'good' }]);
  expect(bench.node('node02').calls).toMatchObject([{ groupId: 'lockstep-trial' }]);
});

test('P9: a call of the health path is given up at a stop', async () => {
  const { bench, given } = benchWith(undefined);
  bench.take(trial);
  bench.take({ kind: 'interrupt' });
  await bench.rest();
  expect(given.up).toBe(1);
  expect(bench.reportsOf('tried')).toMatchObject([{ healthSignal: 'none' }]);
});

test.each(['good', 'bad', 'none'] as const)(
  'a health check that ends %s is reported',
  async (signal) => {
    const { bench } = benchWith({ signal, detail: '503 starting' });
    bench.take({ kind: 'check', node: 'node02' });
    await bench.rest();
    const lastError = signal === 'bad' ? { lastError: '503 starting' } : {};
    const checked = { kind: 'checked', node: 'node02', healthSignal: signal, ...lastError };
    expect(bench.reportsOf('checked')).toEqual([checked]);
  },
);

test('a health check reads no key: an unclear answer, or a dialect without a health path, says nothing', async () => {
  const { bench } = benchWith({ signal: 'unclear', detail: '404' });
  bench.take({ kind: 'check', node: 'node02' });
  bench.take({ kind: 'check', node: 'node01' });
  await bench.advance(5);
  expect(bench.reportsOf('checked').toSorted((a, b) => a.node.localeCompare(b.node))).toEqual([
    { kind: 'checked', node: 'node01', healthSignal: 'none' },
    { kind: 'checked', node: 'node02', healthSignal: 'none' },
  ]);
  expect([bench.node('node01').calls, bench.node('node02').calls]).toEqual([[], []]);
});
