import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';

describe('an operator is answered when the act has taken hold', () => {
  test('cancel: after the exchanges under way have ended and the turn is reported', async () => {
    const bench = new Bench();
    bench.node('node01').faults.push('refused');
    bench.node('node02').faults.push('slow');
    bench.drive(bench.command(1));
    await bench.advance(5);
    bench.take({ kind: 'operate', seq: 1, act: 'cancel', ticket: 7 });
    await bench.advance(100);
    expect(bench.reportsOf('answered')).toEqual([]);
    await bench.advance(200);
    const kinds = bench.reports.map(({ kind }) => kind);
    expect(kinds).toEqual(['entries', 'answered']);
    expect(bench.reports[1]).toEqual({ kind: 'answered', ticket: 7, value: { of: 'operate' } });
  });

  test('cancel of a survey settles it, before the answer', async () => {
    const bench = new Bench();
    for (const node of Object.values(bench.nodes)) node.faults.push('hang');
    bench.drive(bench.command(1, { op: 'delete' }), { entries: [] });
    await bench.rest();
    bench.take({ kind: 'operate', seq: 1, act: 'cancel', ticket: 7 });
    expect(bench.reports.map(({ kind }) => kind)).toEqual(['settled', 'answered']);
    expect(bench.reportsOf('settled')).toMatchObject([
      { settlement: { state: 'refused', reason: 'cancelled' } },
    ]);
    await bench.rest();
    expect(bench.running).toBe(0);
  });

  test('cancel of a rollback, retry, and any act on what is not here: at once', async () => {
    const bench = new Bench();
    for (const node of Object.values(bench.nodes)) node.otherwise = () => 'unsure';
    bench.drive(bench.command(1));
    await bench.advance(31_000);
    bench.take({ kind: 'journaled', seq: 1 });
    await bench.advance(10);
    bench.take({ kind: 'operate', seq: 1, act: 'cancel', ticket: 1 });
    bench.take({ kind: 'operate', seq: 1, act: 'retry', ticket: 2 });
    bench.take({ kind: 'operate', seq: 99, act: 'abandon', ticket: 3 });
    expect(bench.reportsOf('answered').map(({ ticket }) => ticket)).toEqual([1, 2, 3]);
  });

  test('retry wakes a saga from its backoff', async () => {
    const bench = new Bench();
    for (const node of Object.values(bench.nodes)) node.faults.push('unsure');
    bench.drive(bench.command(1));
    await bench.advance(1);
    expect(bench.running).toBe(0);
    bench.take({ kind: 'operate', seq: 1, act: 'retry', ticket: 1 });
    expect(bench.running).toBe(3);
    await bench.advance(1);
    expect(bench.reportsOf('settled')).toMatchObject([{ settlement: { state: 'committed' } }]);
  });

  test('P4, P5: abandon aborts what runs, keeps it for loose, and is answered with the settlement', async () => {
    const bench = new Bench();
    for (const node of Object.values(bench.nodes)) node.otherwise = () => 'hang';
    bench.drive(bench.command(1, { deadlineAt: bench.clock.now() + 500 }));
    await bench.advance(1100);
    bench.take({ kind: 'journaled', seq: 1 });
    // The creates have to end before the deletes may begin.
    await bench.advance(6000);
    expect(bench.running).toBe(3);
    bench.take({ kind: 'operate', seq: 1, act: 'abandon', ticket: 5 });
    await bench.rest();
    expect(bench.running).toBe(0);
    expect(bench.reports.slice(-2).map(({ kind }) => kind)).toEqual(['settled', 'answered']);
    const token = bench.command(1).token;
    const removal = { effect: 'absent', token, until: bench.clock.now() + 5000 };
    expect(bench.reportsOf('settled')[0]?.settlement).toMatchObject({
      state: 'abandoned',
      reason: 'deadline',
      loose: { node01: [removal], node02: [removal], node03: [removal] },
    });
  });

  test('abandon of what still applies does nothing to it', async () => {
    const bench = new Bench();
    bench.node('node01').faults.push('slow');
    bench.drive(bench.command(1));
    await bench.rest();
    bench.take({ kind: 'operate', seq: 1, act: 'abandon', ticket: 1 });
    expect(bench.reportsOf('answered')).toHaveLength(1);
    await bench.advance(1000);
    expect(bench.reportsOf('settled')).toMatchObject([{ settlement: { state: 'committed' } }]);
  });
});
