import { describe, expect, test } from 'vitest';
import { Bench, POLICY } from './bench.ts';

describe('drain', () => {
  test('an idle executor is drained at once, and says so once', async () => {
    const bench = new Bench();
    bench.take({ kind: 'drain' });
    await bench.rest();
    bench.take({ kind: 'drain' });
    bench.take({ kind: 'interrupt' });
    await bench.rest();
    expect(bench.reports).toEqual([{ kind: 'drained' }]);
  });

  test('a running command continues to its settlement, with its confirmations', async () => {
    const bench = new Bench();
    bench.node('node01').faults.push('refused');
    bench.node('node02').faults.push('slow');
    bench.drive(bench.command(1));
    await bench.rest();
    bench.take({ kind: 'drain' });
    await bench.advance(300);
    expect(bench.entryKinds).toEqual(['turned']);
    expect(bench.reportsOf('drained')).toEqual([]);
    bench.take({ kind: 'journaled', seq: 1 });
    await bench.advance(10);
    expect(bench.reports.map(({ kind }) => kind)).toEqual(['entries', 'settled', 'drained']);
  });

  test('a command that has to wait is left: nothing more begins for it', async () => {
    const bench = new Bench();
    bench.node('node01').otherwise = () => 'unsure';
    bench.drive(bench.command(1));
    await bench.advance(500);
    bench.take({ kind: 'drain' });
    await bench.rest();
    expect(bench.reports).toEqual([{ kind: 'drained' }]);
    const { length } = bench.node('node01').calls;
    await bench.advance(100_000);
    expect(bench.node('node01').calls).toHaveLength(length);
    expect(bench.reports).toHaveLength(1);
  });

  test('a command that waits for a hanging node is left when that exchange has ended', async () => {
    const bench = new Bench();
    bench.node('node01').otherwise = () => 'hang';
    bench.drive(bench.command(1));
    await bench.advance(10);
    bench.take({ kind: 'drain' });
    await bench.advance(900);
    expect(bench.reportsOf('drained')).toEqual([]);
    await bench.advance(200);
    expect(bench.reports).toEqual([{ kind: 'drained' }]);
  });

  test('a hundred sagas in every stage: it is drained when the last has ended or is parked', async () => {
    const bench = new Bench();
    const kinds = [undefined, 'slow', 'unsure', 'hang', 'refused', 'lost-after'] as const;
    for (let seq = 1; seq <= 100; seq++) {
      for (const node of Object.values(bench.nodes)) node.faults.push(kinds[seq % kinds.length]);
      bench.drive(bench.command(seq));
    }
    await bench.advance(50);
    bench.take({ kind: 'drain' });
    let confirmed = 0;
    for (let step = 0; step < 50; step++) {
      for (const { seq } of bench.reportsOf('entries').slice(confirmed)) {
        confirmed++;
        bench.take({ kind: 'journaled', seq });
      }
      await bench.advance(100);
    }
    expect(bench.reports.at(-1)).toEqual({ kind: 'drained' });
    expect(bench.reportsOf('drained')).toHaveLength(1);
    expect(bench.running).toBe(0);
  });
});

describe('interrupt', () => {
  test('P4: exchanges are aborted and loose, sleeps end, and nothing more is sent', async () => {
    const bench = new Bench();
    bench.node('node01').otherwise = () => 'hang';
    bench.node('node02').otherwise = () => 'unsure';
    for (let seq = 1; seq <= 5; seq++) bench.drive(bench.command(seq));
    await bench.advance(200);
    bench.take({ kind: 'interrupt' });
    await bench.rest();
    expect(bench.running).toBe(0);
    expect(bench.reports.at(-1)).toEqual({ kind: 'drained' });
    const sent = bench.mutations;
    await bench.advance(100_000);
    expect(bench.mutations).toBe(sent);
    expect(bench.clock.nextAt).toBeUndefined();
    bench.take({ kind: 'inspect', seq: 1, ticket: 1 });
    expect(bench.reports.at(-1)).toMatchObject({
      value: { inspection: { nodes: { node01: { lastResponse: 'given up' } } } },
    });
  });

  test('after draining it ends what draining still waited for', async () => {
    const bench = new Bench();
    bench.node('node01').otherwise = () => 'hang';
    bench.drive(bench.command(1));
    await bench.rest();
    bench.take({ kind: 'drain' });
    await bench.rest();
    expect(bench.reports).toEqual([]);
    bench.take({ kind: 'interrupt' });
    await bench.rest();
    expect(bench.reports).toEqual([{ kind: 'drained' }]);
  });

  test('P2: a confirmation or a command that comes after it starts nothing', async () => {
    const bench = new Bench();
    bench.drive(bench.command(1), { entries: [] });
    await bench.rest();
    bench.take({ kind: 'interrupt' });
    bench.take({ kind: 'journaled', seq: 1 });
    bench.drive(bench.command(2));
    await bench.advance(100_000);
    expect(bench.mutations + bench.running).toBe(0);
    expect(bench.reportsOf('drained')).toHaveLength(1);
  });

  test('P3: what is settled by the last answers is still reported, before the end', async () => {
    const bench = new Bench();
    bench.node('node01').faults.push('hang');
    bench.drive(bench.command(1, { op: 'delete' }), { entries: [] });
    await bench.advance(10);
    bench.take({ kind: 'operate', seq: 1, act: 'cancel', ticket: 1 });
    bench.take({ kind: 'interrupt' });
    await bench.rest();
    expect(bench.reports.map(({ kind }) => kind)).toEqual(['settled', 'answered', 'drained']);
  });
});

describe('policy of the bench', () => {
  test('a lost request stays loose for the quiesce of the policy', async () => {
    const bench = new Bench({ ...POLICY, quiesceMs: 1234 });
    bench.node('node01').faults.push('lost');
    bench.drive(bench.command(1));
    await bench.advance(1);
    const lostAt = bench.clock.now();
    await bench.advance(500);
    const [report] = bench.reportsOf('settled');
    expect(report?.settlement.loose).toMatchObject({ node01: [{ until: lostAt + 1234 }] });
  });
});
