/** Sagas that meet a node whose breaker is not closed: held without noticing, and let go in order. */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';

const shut = { kind: 'breaker', node: 'node02', closed: false } as const;
const open = { kind: 'breaker', node: 'node02', closed: true } as const;
const trial = { kind: 'try', node: 'node02', period: 7, harmless: false } as const;

/** The keys asked of node02, in order. */
const asked = (bench: Bench) => bench.node('node02').calls.map(({ groupId }) => groupId);

/** A bench with node02 shut and creates of these keys held at it. */
async function held(...seqs: readonly number[]): Promise<Bench> {
  const bench = new Bench();
  bench.take(shut);
  for (const seq of seqs) bench.drive(bench.command(seq));
  await bench.advance(10);
  return bench;
}

describe('a held exchange', () => {
  test('P5: is no attempt and no failure; the other nodes are asked as usual', async () => {
    const bench = await held(1);
    await bench.advance(20_000);
    bench.take({ kind: 'inspect', seq: 1, ticket: 3 });
    await bench.rest();
    expect(bench.reportsOf('answered')[0]?.value).toMatchObject({
      inspection: {
        state: 'applying',
        nodes: { node01: { attempts: 1 }, node02: { attempts: 0 }, node03: { attempts: 1 } },
      },
    });
    expect(asked(bench)).toEqual([]);
    bench.take(open);
    await bench.advance(5);
    expect(bench.reportsOf('settled')).toMatchObject([{ settlement: { state: 'committed' } }]);
  });

  test('hears its deadline: what was done elsewhere is undone, and the node it never met is as it was', async () => {
    const bench = await held(1);
    await bench.advance(30_000);
    expect(bench.entryKinds).toEqual(['turned']);
    bench.take({ kind: 'journaled', seq: 1 });
    await bench.advance(10);
    expect(bench.reportsOf('settled')).toMatchObject([
      { settlement: { state: 'rolled_back', reason: 'deadline' } },
    ]);
    expect(asked(bench)).toEqual([]);
    // No request is left at the gate.
    bench.take(open);
    await bench.rest();
    expect(asked(bench)).toEqual([]);
  });

  test('P5: a rollback waits at the node for as long as it takes, is flagged, and ends', async () => {
    const bench = new Bench();
    bench.node('node01').faults.push('refused');
    bench.node('node02').faults.push('lost');
    bench.drive(bench.command(1));
    await bench.advance(3);
    bench.take(shut);
    bench.take({ kind: 'journaled', seq: 1 });
    await bench.advance(3_600_000);
    expect(bench.entryKinds).toEqual(['turned', 'stuck']);
    bench.take({ kind: 'journaled', seq: 1 });
    expect(asked(bench)).toHaveLength(1);
    bench.take(open);
    await bench.advance(10);
    expect(bench.reportsOf('settled')).toMatchObject([{ settlement: { state: 'rolled_back' } }]);
  });

  test('can be cancelled by an operator', async () => {
    const bench = await held(1);
    bench.take({ kind: 'operate', seq: 1, act: 'cancel', ticket: 4 });
    bench.take({ kind: 'journaled', seq: 1 });
    await bench.advance(10);
    expect(bench.reportsOf('settled')).toMatchObject([{ settlement: { reason: 'cancelled' } }]);
  });

  test('does not hold a stop up', async () => {
    const bench = await held(1, 2);
    bench.take({ kind: 'drain' });
    await bench.rest();
    expect(bench.reportsOf('drained')).toHaveLength(1);
    bench.take(open);
    await bench.advance(100);
    expect(asked(bench)).toEqual([]);
  });
});

describe('when the node is back', () => {
  test('reads and rollbacks continue first', async () => {
    const bench = new Bench();
    bench.node('node02').otherwise = () => 'lost';
    bench.drive(bench.command(5, { deadlineAt: bench.clock.now() + 50 }));
    await bench.advance(60);
    bench.node('node02').otherwise = () => undefined;
    bench.take(shut);
    bench.take({ kind: 'journaled', seq: 5 });
    bench.drive(bench.command(1));
    bench.drive(bench.command(2, { op: 'delete' }), { entries: [] });
    // What the lost create may do is waited for.
    await bench.advance(6000);
    const before = asked(bench).length;
    bench.take(open);
    await bench.advance(5);
    expect(asked(bench).slice(before).slice(0, 3)).toEqual(['5', '2', '1']);
  });

  test('P9: thousands continue, a bounded number at a time, each once', async () => {
    const seqs = Array.from({ length: 2000 }, (_, index) => index + 1);
    const bench = await held(...seqs);
    bench.take(open);
    expect(asked(bench)).toHaveLength(100);
    await bench.advance(100);
    expect(bench.reportsOf('settled')).toHaveLength(2000);
    expect(asked(bench)).toHaveLength(2000);
  });

  test('and away again before all went on, the rest is held again', async () => {
    const seqs = Array.from({ length: 300 }, (_, index) => index + 1);
    const bench = await held(...seqs);
    bench.take(open);
    bench.take(shut);
    await bench.advance(100);
    expect(asked(bench)).toHaveLength(100);
    bench.take(open);
    await bench.advance(100);
    expect(bench.reportsOf('settled')).toHaveLength(300);
  });
});

describe('a trial', () => {
  test('is one held exchange, and its result is reported', async () => {
    const bench = await held(1, 2, 3);
    bench.take({ ...trial, call: 'any' });
    await bench.advance(5);
    expect(asked(bench)).toHaveLength(1);
    expect(bench.reportsOf('tried')).toEqual([
      { kind: 'tried', node: 'node02', period: 7, healthSignal: 'good' },
    ]);
    bench.node('node02').faults.push('unsent');
    bench.take({ ...trial, call: 'any' });
    await bench.advance(5);
    expect(bench.reportsOf('tried').at(-1)).toMatchObject({ healthSignal: 'bad' });
    await bench.advance(10_000);
    expect(asked(bench)).toHaveLength(2);
  });

  test('that has to be a read takes no other call', async () => {
    const bench = await held(1);
    bench.take({ ...trial, call: 'read' });
    await bench.rest();
    expect(bench.reportsOf('tried')).toMatchObject([{ healthSignal: 'idle' }]);
    expect(asked(bench)).toEqual([]);
    bench.drive(bench.command(2, { op: 'delete' }), { entries: [] });
    bench.take({ ...trial, call: 'read' });
    await bench.advance(5);
    expect(bench.node('node02').calls).toMatchObject([{ groupId: '2', request: { kind: 'read' } }]);
  });

  test('is a harmless read if no request waits, and that is allowed', async () => {
    const bench = await held();
    bench.take({ ...trial, call: 'any' });
    bench.take({ ...trial, call: 'any', harmless: true });
    await bench.advance(5);
    expect(bench.reportsOf('tried').map(({ healthSignal }) => healthSignal)).toEqual([
      'idle',
      'good',
    ]);
    expect(bench.node('node02').calls).toMatchObject([{ request: { kind: 'read' } }]);
    expect(bench.node('node02').records.size).toBe(0);
  });

  test('under way at a stop is given up', async () => {
    const bench = await held();
    bench.node('node02').faults.push('hang');
    bench.take({ ...trial, call: 'read', harmless: true });
    bench.take({ kind: 'interrupt' });
    await bench.rest();
    expect(bench.reportsOf('tried')).toMatchObject([{ healthSignal: 'none' }]);
  });

  test('says nothing bad where its command has failed at this node again and again', async () => {
    const bench = new Bench();
    bench.node('node02').otherwise = () => 'unsure';
    bench.drive(bench.command(1));
    await bench.advance(5000);
    bench.take(shut);
    await bench.advance(2000);
    bench.take({ ...trial, call: 'any' });
    await bench.advance(5);
    expect(bench.reportsOf('tried')).toMatchObject([{ healthSignal: 'none' }]);
  });

  test('that finds out whether the node is back is none of a command that failed there again and again', async () => {
    const bench = new Bench();
    bench.node('node02').otherwise = () => 'unsure';
    bench.drive(bench.command(1, { op: 'delete' }), { entries: [] });
    await bench.advance(5000);
    bench.take(shut);
    await bench.advance(2000);
    const before = asked(bench).length;
    bench.take({ ...trial, call: 'read', harmless: true });
    await bench.advance(5);
    expect(asked(bench).slice(before)).toEqual(['lockstep-trial']);
    expect(bench.reportsOf('tried')).toMatchObject([{ healthSignal: 'bad' }]);
  });
});

describe('which exchanges are urgent: they wait for no connection behind creates', () => {
  const urgencies = (bench: Bench, name: string) =>
    bench.node(name).calls.map(({ request, isUrgent }) => [request.kind, isUrgent]);

  test('P5: those of a rollback, and no others', async () => {
    const bench = new Bench();
    bench.node('node02').faults.push('refused');
    bench.drive(bench.command(1));
    await bench.advance(5);
    bench.take({ kind: 'journaled', seq: 1 });
    await bench.advance(5);
    expect(urgencies(bench, 'node01')).toEqual([
      ['create', false],
      ['delete', true],
    ]);
  });

  test('trial calls: a held exchange, and a harmless read', async () => {
    const bench = await held(1);
    bench.take({ ...trial, call: 'any' });
    await bench.advance(5);
    bench.take({ ...trial, call: 'read', harmless: true });
    await bench.advance(5);
    expect(urgencies(bench, 'node02')).toEqual([
      ['create', true],
      ['read', true],
    ]);
    expect(urgencies(bench, 'node01')).toEqual([['create', false]]);
  });
});
