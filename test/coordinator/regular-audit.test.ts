/** The audit that the daemon makes by itself. */
import { describe, expect, test, vi } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import type { SummaryAnswer } from '../../src/protocol/answer.ts';
import { audit, done, openCluster, recordsOf, STRAY } from './support/audited.ts';
import type { Harness } from './support/harness.ts';

/** A day, in these tests. */
const EVERY_MS = 600_000;
const SETTING = { auditEveryMs: EVERY_MS };

async function summaryOf(harness: Harness): Promise<SummaryAnswer> {
  const asked = harness.ask({ op: 'status' });
  await harness.advance(10);
  return asked.answer as SummaryAnswer;
}

function finished(harness: Harness): readonly object[] {
  return harness.events.flatMap(([topic, payload]) =>
    topic === 'audit.finished' ? [payload] : [],
  );
}

/** Pages asked of the executors. */
function pages(harness: Harness): number {
  return harness.ordersOf('compare').length;
}

describe('the regular audit', () => {
  test('comes once in its time, tells what differs, and repairs nothing', async () => {
    const { harness, nodes } = await openCluster(SETTING);
    await done(harness, 'create', 'a', 'b');
    nodes.node02.records.delete('a');
    nodes.node03.records.set('c', STRAY);
    await harness.advance(EVERY_MS - 1000);
    expect(finished(harness)).toEqual([]);
    await harness.advance(10_000);
    expect(finished(harness)).toEqual([{ checked: 3, divergent: 2 }]);
    expect(await summaryOf(harness)).toMatchObject({ audit: { divergent: 2 } });
    expect(recordsOf(nodes)).toEqual([['a', 'b'], ['b'], ['a', 'b', 'c']]);
    expect(harness.ordersOf('drive')).toHaveLength(2);
    await harness.advance(EVERY_MS - 20_000);
    expect(finished(harness)).toHaveLength(1);
    await harness.advance(30_000);
    expect(finished(harness)).toHaveLength(2);
  });

  test('P9: asks for one page a second at most, and for none while every slot is taken', async () => {
    const { harness, nodes } = await openCluster({ ...SETTING, concurrency: 1, executors: 1 });
    for (const node of Object.values(nodes)) {
      for (let index = 0; index < 2600; index++) node.records.set(`key ${index}`, STRAY);
    }
    await harness.advance(EVERY_MS);
    await harness.advance(2900);
    expect(pages(harness)).toBeGreaterThan(1);
    expect(pages(harness)).toBeLessThan(5);
    nodes.node01.otherwise = () => 'unsure';
    harness.ask({ op: 'create', id: 'busy', groupId: 'new', deadlineMs: 20_000 });
    await harness.advance(1000);
    const before = pages(harness);
    await harness.advance(10_000);
    expect(pages(harness)).toBe(before);
    nodes.node01.otherwise = () => undefined;
    await harness.advance(20_000);
    expect(finished(harness)).toEqual([{ checked: expect.any(Number), divergent: 0 }]);
  });

  test('a restart counts on from the latest audit, and still knows its result', async () => {
    const before = await openCluster(SETTING);
    await done(before.harness, 'create', 'a');
    before.nodes.node02.records.clear();
    await audit(before.harness);
    await before.harness.advance(EVERY_MS / 2);
    const { clock } = before.harness;
    const { harness } = await openCluster({ ...SETTING, clock, from: before.harness.crash() });
    const { audit: last, regularAudit } = await summaryOf(harness);
    expect(last?.divergent).toBe(1);
    const dueAt = Date.parse(regularAudit?.nextAt ?? '');
    expect(dueAt - Date.parse(last?.finishedAt ?? '')).toBe(EVERY_MS);
    await harness.advance(dueAt - clock.now() - 1000);
    expect(finished(harness)).toEqual([]);
    await harness.advance(5000);
    expect(finished(harness)).toHaveLength(1);
  });

  test('P3: its result is in the journal before it is told; a failed write is made up for, and the result is told', async () => {
    const { harness } = await openCluster(SETTING);
    await harness.advance(1000);
    const { journal } = harness;
    const keep = journal.keep.bind(journal);
    const told: number[] = [];
    const values: (string | undefined)[] = [];
    let failures = 2;
    vi.spyOn(journal, 'keep').mockImplementation(async (name, value) => {
      if (name === 'audit' && failures-- > 0)
        throw new JournalError('the disk is full', { code: 'full' });
      await keep(name, value);
      if (name !== 'audit') return;
      values.push(value);
      told.push(finished(harness).length);
    });
    await audit(harness);
    expect(finished(harness)).toHaveLength(1);
    expect(values).toEqual([]);
    await harness.advance(70_000);
    expect(JSON.parse(values[0] ?? '')).toMatchObject({ divergent: 0 });
    await audit(harness);
    await harness.advance(70_000);
    expect(told).toEqual([1, 1]);
    expect(finished(harness)).toHaveLength(2);
  });

  test('lives that are shorter than its time do not put it off for ever', async () => {
    let cluster = await openCluster(SETTING);
    await cluster.harness.advance(1000);
    for (let life = 0; life < 3; life++) {
      await cluster.harness.advance(EVERY_MS / 4);
      const { clock } = cluster.harness;
      cluster = await openCluster({ ...SETTING, clock, from: cluster.harness.crash() });
    }
    await cluster.harness.advance(EVERY_MS / 4 + 5000);
    expect(finished(cluster.harness)).toHaveLength(1);
  });

  test('P10: says why it does not get on, tries again a minute later, and ends then', async () => {
    const { harness } = await openCluster(SETTING);
    harness.ask({ op: 'breaker', node: 'node02', act: 'open' });
    await harness.advance(EVERY_MS + 10_000);
    const regular = { regularAudit: { waitsFor: expect.stringContaining('breaker') } };
    expect(await summaryOf(harness)).toMatchObject(regular);
    harness.ask({ op: 'breaker', node: 'node02', act: 'close' });
    await harness.advance(70_000);
    expect(finished(harness)).toHaveLength(1);
    expect((await summaryOf(harness)).regularAudit).not.toHaveProperty('waitsFor');
  });

  test("gives way to an operator's audit, whose end counts for it", async () => {
    const { harness, nodes } = await openCluster(SETTING);
    for (const node of Object.values(nodes)) {
      for (let index = 0; index < 10; index++) node.records.set(`key ${index}`, STRAY);
    }
    await harness.advance(EVERY_MS - 3000);
    const first = await audit(harness, { limit: 5 });
    await harness.advance(20_000);
    expect(finished(harness)).toEqual([]);
    await audit(harness, { limit: 10, after: first.next });
    expect(finished(harness)).toEqual([{ checked: 10, divergent: 0 }]);
    await harness.advance(EVERY_MS / 2);
    expect(finished(harness)).toHaveLength(1);
  });

  test('with 0 there is none', async () => {
    const { harness } = await openCluster({ auditEveryMs: 0 });
    await harness.advance(3 * EVERY_MS);
    expect(finished(harness)).toEqual([]);
    expect(await summaryOf(harness)).not.toHaveProperty('regularAudit');
  });

  test.each(['nonsense', '{"at":"x"}', 'null', '{"at":99999999999999}'])(
    'a stored time %s of the last audit is as good as none, or as now',
    async (value) => {
      const before = await openCluster(SETTING);
      await before.harness.journal.keep('audit', value);
      const { clock } = before.harness;
      const { harness } = await openCluster({ ...SETTING, clock, from: before.harness.crash() });
      await harness.advance(EVERY_MS + 5000);
      expect(finished(harness)).toHaveLength(1);
    },
  );
});
