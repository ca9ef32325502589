/** A delete whose records cannot be made again, while breakers are open, the daemon stops, or other clients write. */
import { describe, expect, test } from 'vitest';
import type { Command, Finding } from '../../src/core/model.ts';
import { Bench, POLICY } from './bench.ts';

const IRREVERSIBLE = { ...POLICY, restores: false };
const OTHERS = { body: '{"by":"another client"}', token: '9.5' };

interface Setting extends Partial<Command> {
  /** Nodes where the survey found no record. */
  readonly absent?: readonly string[];
  readonly showsTokens?: boolean;
  readonly prepare?: (bench: Bench) => void;
}

/** A delete whose intent is durable. */
function driveDelete({ absent = [], showsTokens = false, prepare, ...more }: Setting = {}): Bench {
  const bench = new Bench(IRREVERSIBLE);
  const findings: Record<string, Finding> = {};
  for (const [name, node] of Object.entries(bench.nodes)) {
    node.showsTokens = showsTokens;
    findings[name] = { presence: 'absent' };
    if (absent.includes(name)) continue;
    findings[name] = { presence: 'present', body: '{}', token: '1.5', shown: showsTokens };
    node.records.set('1', { body: '{}', token: '1.5' });
  }
  prepare?.(bench);
  const command = bench.command(1, { op: 'delete', ...more });
  bench.drive(command, { entries: [{ kind: 'began', at: command.acceptedAt, findings }] });
  return bench;
}

const settlements = (bench: Bench) => bench.reportsOf('settled').map((one) => one.settlement);
const sent = (bench: Bench, name: string) =>
  bench.node(name).calls.map(({ request }) => request.kind);
const holding = (bench: Bench) =>
  Object.keys(bench.nodes).filter((name) => bench.node(name).records.size > 0);

describe('a breaker', () => {
  test('P1: that is open at the first node: the delete is refused at its deadline, and no node was asked', async () => {
    const prepare = (bench: Bench) =>
      bench.take({ kind: 'breaker', node: 'node01', closed: false });
    const bench = driveDelete({ prepare });
    await bench.advance(29_999);
    expect(settlements(bench)).toEqual([]);
    await bench.advance(10);
    expect(settlements(bench)).toMatchObject([{ state: 'refused', reason: 'deadline' }]);
    expect(bench.mutations).toBe(0);
  });

  test('P5: that is open while the first delete is in doubt is waited for, and then one read decides', async () => {
    const bench = driveDelete({ prepare: (one) => one.node('node01').faults.push('hang') });
    await bench.advance(10);
    bench.take({ kind: 'breaker', node: 'node01', closed: false });
    await bench.advance(120_000);
    expect(settlements(bench)).toEqual([]);
    expect(bench.entryKinds).toEqual(['stuck']);
    bench.take({ kind: 'journaled', seq: 1 });
    bench.take({ kind: 'breaker', node: 'node01', closed: true });
    await bench.advance(100);
    expect(sent(bench, 'node01')).toEqual(['delete', 'read']);
    expect(settlements(bench)).toMatchObject([{ state: 'refused', reason: 'deadline' }]);
    expect(bench.mutations).toBe(1);
  });

  test('P6: that is open at another node past the point of no return delays that node alone', async () => {
    const prepare = (bench: Bench) =>
      bench.take({ kind: 'breaker', node: 'node02', closed: false });
    const bench = driveDelete({ prepare });
    await bench.advance(40_000);
    expect(holding(bench)).toEqual(['node02']);
    bench.take({ kind: 'breaker', node: 'node02', closed: true });
    await bench.advance(10);
    expect(settlements(bench)).toMatchObject([{ state: 'committed' }]);
  });
});

test('P4: a cancelled delete that lands after it was given up is the point of no return', async () => {
  const bench = driveDelete({ prepare: (one) => one.node('node01').faults.push('late') });
  bench.take({ kind: 'operate', seq: 1, act: 'cancel', ticket: 7 });
  await bench.advance(30_000);
  expect(settlements(bench)).toMatchObject([{ state: 'committed' }]);
});

test('P9: a drain in doubt does not wait, and asks no node: the next life does', async () => {
  const bench = driveDelete({ prepare: (one) => one.node('node01').faults.push('hang') });
  bench.take({ kind: 'operate', seq: 1, act: 'cancel', ticket: 7 });
  bench.take({ kind: 'drain' });
  await bench.advance(2000);
  expect(bench.reportsOf('drained')).toHaveLength(1);
  await bench.advance(60_000);
  expect(settlements(bench)).toEqual([]);
  expect(bench.node('node01').calls).toHaveLength(1);
});

test('P4.5: one that is abandoned in doubt carries its delete as loose', async () => {
  const bench = driveDelete({ prepare: (one) => one.node('node01').faults.push('unsure', 'hang') });
  await bench.advance(300);
  bench.take({ kind: 'operate', seq: 1, act: 'abandon', ticket: 7 });
  await bench.advance(10);
  const loose = { node01: [{ effect: 'absent' }] };
  expect(settlements(bench)).toMatchObject([{ state: 'abandoned', loose }]);
  expect(bench.reportsOf('answered')).toMatchObject([{ ticket: 7 }]);
});

test('P1: with ensure the first node that holds the record is asked first, and the others never', async () => {
  const bench = driveDelete({ absent: ['node01'], ensure: true });
  await bench.advance(1);
  expect(sent(bench, 'node02')).toEqual(['delete']);
  await bench.advance(10);
  expect(settlements(bench)).toMatchObject([{ state: 'committed' }]);
  expect(sent(bench, 'node01')).toEqual([]);
});

describe("another client's record, where nodes show owner marks", () => {
  const showsTokens = true;

  test('P1: on the first node, before any delete was done: refused', async () => {
    const prepare = (bench: Bench) => bench.node('node01').records.set('1', OTHERS);
    const bench = driveDelete({ showsTokens, prepare });
    await bench.advance(1000);
    expect(settlements(bench)).toMatchObject([{ state: 'refused', reason: 'diverged' }]);
    expect(holding(bench)).toHaveLength(3);
  });

  test.each(['node01', 'node02'])(
    'P1: on %s past the point of no return: it stays, and an operator decides',
    async (name) => {
      const bench = driveDelete({
        showsTokens,
        prepare: (one) => one.node('node01').faults.push('lost-after'),
      });
      // Long enough for the first delete to land unseen.
      await bench.advance(50);
      bench.node(name).records.set('1', OTHERS);
      await bench.advance(100_000);
      expect(holding(bench)).toEqual([name]);
      expect(settlements(bench)).toEqual([]);
      expect(bench.entryKinds).toEqual(['stuck']);
      bench.take({ kind: 'journaled', seq: 1 });
      bench.node(name).records.delete('1');
      await bench.advance(3000);
      expect(settlements(bench)).toMatchObject([{ state: 'committed' }]);
    },
  );
});
