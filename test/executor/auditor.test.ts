/** What an audit has an executor read. */
import { expect, test } from 'vitest';
import { Bench } from './bench.ts';

const KEYS = Array.from({ length: 2000 }, (_, index) => String(index));
/** The coordinator's patience with a look. */
const GIVEN_UP_MS = 30_000;

test('P9: a look at slow nodes ends before it is given up, and says what it has not read', async () => {
  const bench = new Bench();
  for (const node of Object.values(bench.nodes)) node.otherwise = () => 'slow';
  const begunAt = bench.clock.now();
  bench.take({ kind: 'look', keys: KEYS, ticket: 1 });
  while (bench.reports.length === 0 && bench.clock.now() - begunAt < GIVEN_UP_MS)
    await bench.advance(200);
  const [sightings] = bench
    .reportsOf('answered')
    .map(({ value }) => (value.of === 'look' ? value.sightings : undefined));
  expect(sightings).toHaveLength(KEYS.length);
  expect(sightings?.[0]?.nodes).toMatchObject({ node01: { state: 'absent' } });
  expect(sightings?.at(-1)?.nodes).toMatchObject({
    node01: { state: 'unknown', lastResponse: 'it was not read in time' },
  });
  const asked = bench.node('node01').calls.length;
  await bench.advance(5000);
  expect(bench.node('node01').calls).toHaveLength(asked);
});

test('where no node is listed at most 100 keys a second are read on each', async () => {
  const bench = new Bench();
  bench.take({ kind: 'look', keys: KEYS.slice(0, 300), isSlow: true, ticket: 1 });
  await bench.advance(1000);
  const asked = bench.node('node01').calls.length;
  expect(asked).toBeGreaterThan(80);
  expect(asked).toBeLessThanOrEqual(101);
  await bench.advance(3000);
  expect(bench.reportsOf('answered')).toHaveLength(1);
  expect(bench.node('node03').calls).toHaveLength(300);
});

test('P9: a look gives its reads up when its time is over, however long an exchange may take', async () => {
  const bench = new Bench();
  Object.assign(bench.node('node02'), { requestTimeoutMs: 60_000, otherwise: () => 'hang' });
  bench.take({ kind: 'look', keys: ['5'], ticket: 1 });
  await bench.advance(GIVEN_UP_MS - 5000);
  const [sighting] = bench
    .reportsOf('answered')
    .flatMap(({ value }) => (value.of === 'look' ? value.sightings : []));
  expect(sighting?.nodes).toMatchObject({
    node01: { state: 'absent' },
    node02: { state: 'unknown', lastResponse: 'it was not read in time' },
  });
  expect(bench.running).toBe(0);
});

test('P9: a list that takes longer than the coordinator waits is an answer that names the node', async () => {
  const bench = new Bench();
  bench.node('node02').keys = () => new Promise(() => {});
  bench.take({ kind: 'compare', after: '', limit: 10, ticket: 1 });
  await bench.advance(GIVEN_UP_MS - 5000);
  expect(bench.reportsOf('answered')).toEqual([]);
  await bench.advance(4000);
  const why = 'its list takes longer than 28 s';
  const comparison = { kind: 'failed', node: 'node02', why };
  expect(bench.reportsOf('answered')).toMatchObject([{ value: { of: 'compare', comparison } }]);
});
