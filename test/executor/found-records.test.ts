/** Large records that a survey has found: in the journal, not in memory. */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';

const LARGE = (node: string, seq: number) => `${node} ${seq} ${'x'.repeat(1000)}`;

function withRecords(bench: Bench, count: number): void {
  for (const [name, node] of Object.entries(bench.nodes)) {
    for (let seq = 1; seq <= count; seq++) {
      node.records.set(String(seq), { body: LARGE(name, seq), token: '1.5' });
    }
  }
}

/** A delete that node03 refuses, rolled back up to its first creates. */
async function rolledBack(): Promise<Bench> {
  const bench = new Bench();
  withRecords(bench, 1);
  bench.node('node03').otherwise = ({ kind }) => (kind === 'delete' ? 'refused' : undefined);
  bench.drive(bench.command(1, { op: 'delete' }), { entries: [] });
  await bench.advance(10);
  bench.take({ kind: 'journaled', seq: 1 });
  await bench.advance(10);
  bench.take({ kind: 'journaled', seq: 1 });
  return bench;
}

describe('a rollback', () => {
  test('P5: a record that the journal alone has is fetched for the request that restores it', async () => {
    const bench = await rolledBack();
    expect(bench.reportsOf('fetch')).toEqual([
      { kind: 'fetch', seq: 1, node: 'node01' },
      { kind: 'fetch', seq: 1, node: 'node02' },
    ]);
    const creates = () =>
      Object.values(bench.nodes).flatMap(({ calls }) =>
        calls.filter(({ request }) => request.kind === 'create').map(({ request }) => request),
      );
    expect(creates()).toMatchObject([{ stored: true }, { stored: true }]);
    expect(creates().some((request) => 'body' in request)).toBe(false);
    for (const node of ['node01', 'node02']) {
      bench.take({ kind: 'fetched', seq: 1, node, body: LARGE(node, 1) });
    }
    await bench.advance(10);
    expect(bench.reportsOf('settled')).toMatchObject([{ settlement: { state: 'rolled_back' } }]);
    for (const name of Object.keys(bench.nodes)) {
      expect(bench.node(name).records.get('1')?.body).toBe(LARGE(name, 1));
    }
    // Too late: nobody waits for it.
    bench.take({ kind: 'fetched', seq: 1, node: 'node01', body: '' });
  });

  test('after a restart it fetches as well: the entries that are handed out have no records', async () => {
    const bench = new Bench();
    const found = { presence: 'present', stored: true, token: '1.5', shown: false } as const;
    const findings = { node01: found, node02: found, node03: found };
    const at = bench.clock.now();
    bench.drive(bench.command(1, { op: 'delete' }), {
      recovered: true,
      entries: [
        { kind: 'began', at, findings },
        { kind: 'turned', at, reason: 'deadline' },
      ],
    });
    await bench.advance(20_000);
    expect(bench.reportsOf('fetch').map(({ node }) => node)).toEqual([
      'node01',
      'node02',
      'node03',
    ]);
  });
});

describe('surveys without room', () => {
  const surveying = async (count: number, deadlineMs = 30_000) => {
    // Two records of three have room.
    const bench = new Bench(undefined, { heldBytesMax: 2 * LARGE('node01', 1).length });
    withRecords(bench, count);
    for (let seq = 1; seq <= count; seq++) {
      const deadlineAt = bench.clock.now() + deadlineMs;
      bench.drive(bench.command(seq, { op: 'delete', deadlineAt }), { entries: [] });
    }
    await bench.advance(10_000);
    return bench;
  };
  const begun = (bench: Bench) => bench.reportsOf('entries').map(({ seq }) => seq);

  test('P9: one survey ends, the others wait until its records are in the journal', async () => {
    const bench = await surveying(4);
    for (let left = 4; left > 0; left--) {
      expect(new Set(begun(bench)).size).toBe(5 - left);
      bench.take({ kind: 'journaled', seq: begun(bench).at(-1) ?? 0 });
      await bench.advance(5000);
    }
    expect(bench.reportsOf('settled')).toHaveLength(4);
  });

  test('P9: a deadline ends a survey that waits', async () => {
    const bench = await surveying(4, 12_000);
    await bench.advance(5000);
    const settled = bench.reportsOf('settled');
    expect(settled).toHaveLength(3);
    for (const { settlement } of settled) {
      expect(settlement).toMatchObject({ state: 'refused', reason: 'deadline' });
    }
  });

  test('P5: no rollback and no create waits for room', async () => {
    const bench = await surveying(2);
    bench.drive(bench.command(9));
    await bench.advance(10);
    expect(bench.reportsOf('settled')).toMatchObject([{ seq: 9 }]);
  });
});
