/** A delete whose records cannot be made again: before and past its point of no return. */
import { describe, expect, test } from 'vitest';
import { Bench, POLICY } from './bench.ts';

const IRREVERSIBLE = { ...POLICY, restores: false };
const FOUND = { presence: 'present', body: '{}', token: '1.5', shown: false } as const;
const FINDINGS = { node01: FOUND, node02: FOUND, node03: FOUND };

/** A delete of a record that all three nodes hold, its intent durable. */
function driveDelete(prepare: (bench: Bench) => void = () => {}): Bench {
  const bench = new Bench(IRREVERSIBLE);
  prepare(bench);
  for (const node of Object.values(bench.nodes))
    node.records.set('1', { body: '{}', token: '1.5' });
  const command = bench.command(1, { op: 'delete' });
  bench.drive(command, {
    entries: [{ kind: 'began', at: command.acceptedAt, findings: FINDINGS }],
  });
  return bench;
}

/** The entries that were reported are durable now. */
function confirm(bench: Bench): void {
  bench.take({ kind: 'journaled', seq: 1 });
}

const settlements = (bench: Bench) => bench.reportsOf('settled').map((one) => one.settlement);
const deletes = (bench: Bench, name: string) =>
  bench.node(name).calls.filter(({ request }) => request.kind === 'delete').length;

describe('before its point of no return a delete', () => {
  test('P1: is sent to one node, and to the others when that one has done it', async () => {
    const bench = driveDelete();
    expect(bench.running).toBe(1);
    await bench.advance(1);
    expect(bench.running).toBe(2);
    await bench.advance(1);
    expect(settlements(bench)).toMatchObject([{ state: 'committed' }]);
  });

  test('P1: is refused when the first node refuses, and nothing was changed', async () => {
    const bench = driveDelete((one) => one.node('node01').faults.push('refused'));
    await bench.advance(10);
    expect(settlements(bench)).toMatchObject([{ state: 'refused', reason: 'node_refused' }]);
    expect([deletes(bench, 'node02'), deletes(bench, 'node03')]).toEqual([0, 0]);
  });

  test('P4.3: that is in doubt at its deadline is refused only by a read after the wait', async () => {
    const bench = driveDelete((one) => {
      one.node('node01').otherwise = ({ kind }) => (kind === 'delete' ? 'hang' : undefined);
    });
    await bench.advance(29_000);
    expect(settlements(bench)).toEqual([]);
    const reads = () => bench.node('node01').calls.filter(({ request }) => request.kind === 'read');
    await bench.advance(3000);
    expect(reads()).toHaveLength(0);
    await bench.advance(6000);
    expect(settlements(bench)).toMatchObject([{ state: 'refused', reason: 'deadline' }]);
    expect(reads()).toHaveLength(1);
    expect([deletes(bench, 'node02'), deletes(bench, 'node03')]).toEqual([0, 0]);
  });

  test('P5: cannot be abandoned, only refused', async () => {
    const bench = driveDelete((one) => {
      one.node('node01').otherwise = () => 'unsent';
    });
    await bench.advance(2);
    bench.take({ kind: 'operate', seq: 1, act: 'abandon', ticket: 7 });
    await bench.advance(1000);
    expect(settlements(bench)).toMatchObject([{ state: 'refused', reason: 'cancelled' }]);
  });
});

test('P3: an operator who abandons a delete before its point of no return is told how it ended', async () => {
  const bench = driveDelete((one) => one.node('node01').faults.push('slow', undefined));
  await bench.advance(2);
  bench.take({ kind: 'operate', seq: 1, act: 'abandon', ticket: 7 });
  await bench.advance(10);
  expect(bench.reportsOf('answered')).toEqual([]);
  await bench.advance(1000);
  expect(settlements(bench)).toHaveLength(1);
  expect(bench.reportsOf('answered')).toMatchObject([{ ticket: 7 }]);
});

test('P5: nothing new has a connection before a delete past its point of no return', async () => {
  const bench = driveDelete();
  await bench.advance(10);
  const isUrgent = (name: string) => bench.node(name).calls.map((call) => call.isUrgent);
  expect([isUrgent('node01'), isUrgent('node02')]).toEqual([[false], [true]]);
});

describe('past its point of no return a delete', () => {
  /** node01 has deleted; node02 refuses or fails for ever. */
  async function passed(fault: 'refused' | 'unsent'): Promise<Bench> {
    const bench = driveDelete();
    bench.node('node02').otherwise = () => fault;
    await bench.advance(1000);
    expect(deletes(bench, 'node01')).toBe(1);
    return bench;
  }

  test.each(['refused', 'unsent'] as const)('P5: continues whatever happens: %s', async (fault) => {
    const bench = await passed(fault);
    bench.take({ kind: 'operate', seq: 1, act: 'cancel', ticket: 7 });
    // Nothing will come of it: the operator is told at once how it stands.
    expect(bench.reportsOf('answered')).toMatchObject([{ ticket: 7 }]);
    bench.take({ kind: 'inspect', seq: 1, ticket: 8 });
    expect(bench.reportsOf('answered').at(-1)).toMatchObject({
      value: { inspection: { state: 'applying', forwardOnly: true } },
    });
    await bench.advance(600_000);
    expect(settlements(bench)).toEqual([]);
    expect(bench.entryKinds).toEqual(['stuck']);
    confirm(bench);
    bench.node('node02').otherwise = () => undefined;
    await bench.advance(2000);
    expect(settlements(bench)).toMatchObject([{ state: 'committed' }]);
  });

  test('P5: is reported as stuck so long after its deadline, not after its begin', async () => {
    const bench = await passed('unsent');
    await bench.advance(88_000);
    expect(bench.entryKinds).toEqual([]);
    await bench.advance(2000);
    expect(bench.entryKinds).toEqual(['stuck']);
  });

  test('P5: is ended by an operator who abandons it', async () => {
    const bench = await passed('unsent');
    bench.take({ kind: 'operate', seq: 1, act: 'abandon', ticket: 7 });
    await bench.advance(10);
    expect(settlements(bench)).toMatchObject([
      { state: 'abandoned', reason: 'cancelled', nodes: { node01: { state: 'absent' } } },
    ]);
  });
});

test('P4.5: after a crash each node is read before it is asked to delete once more', async () => {
  const bench = new Bench(IRREVERSIBLE);
  for (const name of ['node02', 'node03'])
    bench.node(name).records.set('1', { body: '{}', token: '1.5' });
  const command = bench.command(1, { op: 'delete' });
  const began = { kind: 'began', at: command.acceptedAt, findings: FINDINGS } as const;
  bench.drive(command, { entries: [began], recovered: true });
  await bench.advance(POLICY.quiesceMs - 1);
  expect(bench.mutations).toBe(0);
  await bench.advance(500);
  expect(settlements(bench)).toMatchObject([{ state: 'committed' }]);
  // The record that had gone counts as deleted.
  expect(deletes(bench, 'node01')).toBe(0);
});
