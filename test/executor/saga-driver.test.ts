import { describe, expect, test } from 'vitest';
import { Bench, POLICY } from './bench.ts';

describe('P2: durable before sent', () => {
  test('P2: a command whose intent is durable is sent to all nodes at once', async () => {
    const bench = new Bench();
    bench.drive(bench.command(1));
    expect(bench.running).toBe(3);
    await bench.advance(1);
    expect(bench.reportsOf('settled')).toMatchObject([
      { seq: 1, settlement: { state: 'committed' } },
    ]);
    expect(bench.mutations).toBe(3);
  });

  test('P2: an intent that is not durable yet is reported, and nothing is sent before its confirmation', async () => {
    const bench = new Bench();
    bench.drive(bench.command(1), { entries: [] });
    await bench.advance(100);
    expect(bench.entryKinds).toEqual(['began']);
    expect(bench.running + bench.mutations).toBe(0);
    bench.take({ kind: 'journaled', seq: 1 });
    expect(bench.running).toBe(3);
  });

  test('P2: a delete reads first, and deletes only when its findings are durable', async () => {
    const bench = new Bench();
    for (const node of Object.values(bench.nodes))
      node.records.set('1', { body: '{}', token: '1.5' });
    bench.drive(bench.command(1, { op: 'delete' }), { entries: [] });
    await bench.advance(100);
    expect(bench.mutations).toBe(0);
    expect(bench.reportsOf('entries')).toMatchObject([
      { seq: 1, entries: [{ kind: 'began', findings: { node01: { presence: 'present' } } }] },
    ]);
    bench.take({ kind: 'journaled', seq: 1 });
    await bench.advance(1);
    expect(bench.reportsOf('settled')).toMatchObject([{ settlement: { state: 'committed' } }]);
  });

  test('P2: a turn is durable before its first request', async () => {
    const bench = new Bench();
    bench.node('node01').faults.push('refused');
    bench.drive(bench.command(1));
    await bench.advance(100);
    expect(bench.entryKinds).toEqual(['turned']);
    expect(bench.mutations).toBe(3);
    bench.take({ kind: 'journaled', seq: 1 });
    await bench.advance(1);
    expect(bench.mutations).toBe(5);
    expect(bench.reportsOf('settled')).toMatchObject([
      { settlement: { state: 'rolled_back', reason: 'node_refused' } },
    ]);
  });

  test('P2: with two reports unconfirmed, one confirmation is not enough', async () => {
    const bench = new Bench({ ...POLICY, stuckAfterMs: 500 });
    bench.node('node01').faults.push('refused');
    bench.drive(bench.command(1));
    await bench.advance(600);
    bench.take({ kind: 'operate', seq: 1, act: 'retry', ticket: 1 });
    expect(bench.reportsOf('entries').map(({ entries }) => entries[0]?.kind)).toEqual([
      'turned',
      'stuck',
    ]);
    bench.take({ kind: 'journaled', seq: 1 });
    await bench.advance(100);
    expect(bench.mutations).toBe(3);
    bench.take({ kind: 'journaled', seq: 1 });
    await bench.advance(100);
    expect(bench.mutations).toBe(5);
  });

  test('a settlement is reported once, and is the last that is heard of it', async () => {
    const bench = new Bench();
    bench.node('node01').faults.push('slow');
    bench.drive(bench.command(1));
    await bench.advance(60_000);
    bench.take({ kind: 'journaled', seq: 1 });
    bench.take({ kind: 'inspect', seq: 1, ticket: 9 });
    await bench.rest();
    expect(bench.reportsOf('settled')).toHaveLength(1);
    expect(bench.reports.at(-1)).toEqual({
      kind: 'answered',
      ticket: 9,
      value: { of: 'inspect' },
    });
    expect(bench.clock.nextAt).toBeUndefined();
  });
});

describe('one exchange at a time', () => {
  test('per saga and node, whatever ticks, retries and answers come together', async () => {
    const bench = new Bench();
    for (const node of Object.values(bench.nodes)) {
      node.faults.push('unsure', 'hang', 'unsent', 'slow', 'lost', 'unsure-after');
    }
    bench.drive(bench.command(1));
    for (let step = 0; step < 300; step++) {
      bench.take({ kind: 'operate', seq: 1, act: 'retry', ticket: step });
      await bench.advance(37);
    }
    for (const node of Object.values(bench.nodes)) expect(node.busiestKey).toBe(1);
    expect(bench.reportsOf('settled')).toMatchObject([{ settlement: { state: 'committed' } }]);
  });

  test('an exchange that was lost is repeated at once, and stays loose in the settlement', async () => {
    const bench = new Bench();
    bench.node('node02').faults.push('lost');
    bench.drive(bench.command(1));
    await bench.advance(3000);
    const [report] = bench.reportsOf('settled');
    expect(report?.settlement.state).toBe('committed');
    const token = bench.command(1).token;
    expect(report?.settlement.loose).toMatchObject({ node02: [{ effect: 'present', token }] });
  });
});

describe('nodes and lives', () => {
  test('a node that is not configured fails visibly; the rest is brought back', async () => {
    const bench = new Bench();
    const nodes = ['node01', 'gone', 'node03'];
    bench.drive(bench.command(1, { nodes }));
    await bench.advance(1000);
    bench.take({ kind: 'inspect', seq: 1, ticket: 1 });
    expect(bench.reports.at(-1)).toMatchObject({
      value: { inspection: { nodes: { gone: { lastResponse: 'gone is not configured' } } } },
    });
    await bench.advance(30_000);
    bench.take({ kind: 'journaled', seq: 1 });
    await bench.advance(60_000);
    expect(bench.reportsOf('settled')).toMatchObject([
      { settlement: { state: 'rolled_back', reason: 'deadline' } },
    ]);
    expect(bench.node('node01').records.size).toBe(0);
  });

  test('P5: in a recovered rollback it waits for that node forever, until an operator ends it', async () => {
    const bench = new Bench();
    const command = bench.command(1, { nodes: ['node01', 'gone'] });
    const entries = [
      { kind: 'began', at: bench.clock.now() },
      { kind: 'turned', at: bench.clock.now(), reason: 'deadline' },
    ] as const;
    bench.drive(command, { entries, recovered: true });
    await bench.advance(3_600_000);
    bench.take({ kind: 'journaled', seq: 1 });
    expect(bench.entryKinds).toEqual(['stuck']);
    expect(bench.reportsOf('settled')).toEqual([]);
    bench.take({ kind: 'operate', seq: 1, act: 'abandon', ticket: 1 });
    await bench.rest();
    expect(bench.reportsOf('settled')).toMatchObject([{ settlement: { state: 'abandoned' } }]);
  });

  test('P4.5: a recovered create continues at once, and takes what it may have sent for loose', async () => {
    const bench = new Bench();
    bench.drive(bench.command(1), { recovered: true });
    expect(bench.running).toBe(3);
    await bench.advance(10);
    const [report] = bench.reportsOf('settled');
    expect(report?.settlement.state).toBe('committed');
    expect(Object.keys(report?.settlement.loose ?? {})).toEqual(['node01', 'node02', 'node03']);
  });

  test('P4.5: a recovered rollback waits until what it may have sent has ended', async () => {
    const bench = new Bench();
    const entries = [
      { kind: 'began', at: bench.clock.now() },
      { kind: 'turned', at: bench.clock.now(), reason: 'cancelled' },
    ] as const;
    const until = new Date(bench.clock.now() + POLICY.quiesceMs).toISOString();
    bench.drive(bench.command(1), { entries, recovered: true });
    await bench.advance(POLICY.quiesceMs - 1);
    expect(bench.mutations + bench.running).toBe(0);
    bench.take({ kind: 'inspect', seq: 1, ticket: 7 });
    const detail = `not asked yet: an earlier request may still land here until ${until}`;
    const [sent] = bench.reportsOf('answered');
    expect(sent?.value).toMatchObject({
      inspection: { nodes: { node01: { lastResponse: detail } } },
    });
    await bench.advance(10);
    expect(bench.reportsOf('settled')).toMatchObject([{ settlement: { state: 'rolled_back' } }]);
  });

  test('inspect shows each node as it stands, the failed ones with their last word', async () => {
    const bench = new Bench();
    bench.node('node02').otherwise = () => 'unsure';
    bench.drive(bench.command(1));
    await bench.advance(5);
    bench.take({ kind: 'inspect', seq: 1, ticket: 1 });
    expect(bench.reports.at(-1)).toMatchObject({
      kind: 'answered',
      ticket: 1,
      value: {
        of: 'inspect',
        inspection: {
          state: 'applying',
          stuck: false,
          nodes: {
            node01: { state: 'present', attempts: 1 },
            node02: { state: 'unknown', attempts: 1, lastResponse: '500' },
          },
        },
      },
    });
  });
});
