import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audit, done, NAMES, openCluster, recordsOf, STRAY } from './support/audited.ts';

describe('repair', () => {
  test('P1: a node that came back empty is filled, by commands like any others', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a', 'b', 'c');
    nodes.node02.records.clear();
    const { findings } = await audit(harness, { repair: true, by: 'ann@bastion' });
    expect(findings).toHaveLength(3);
    for (const { repair } of findings) {
      expect(await harness.journal.find(repair?.id ?? '')).toMatchObject({
        command: { op: 'create', ensure: true, lane: 'bulk' },
        state: 'committed',
      });
    }
    expect(recordsOf(nodes)).toEqual(NAMES.map(() => ['a', 'b', 'c']));
    const by = { by: 'ann@bastion (unverified)', door: 'zeromq' };
    expect(harness.notes).toEqual([
      ['operator: repair', { act: 1, ...by, outcome: 'done', matched: 3, results: 'create 3' }],
    ]);
    for (const { repair } of findings) expect(repair?.id).toMatch(/^repair-1-/);
    expect((await audit(harness)).findings).toEqual([]);
  });

  test('P1: a rollback that a node has undone since is mended to what was there before', async () => {
    const { harness, nodes } = await openCluster();
    nodes.node03.otherwise = (request) => (request.kind === 'create' ? 'unsure' : undefined);
    const making = harness.ask({ op: 'create', groupId: 'a', deadlineMs: 300 });
    await harness.advance(20_000);
    expect(making.answer).toMatchObject({ state: 'rolled_back' });
    nodes.node02.records.set('a', STRAY);
    nodes.node03.otherwise = () => undefined;
    const { findings } = await audit(harness, { repair: true });
    expect(findings).toMatchObject([
      { groupId: 'a', kind: 'stray', journal: 'absent', repair: { op: 'delete' } },
    ]);
    expect(recordsOf(nodes)).toEqual([[], [], []]);

    await done(harness, 'create', 'b');
    nodes.node03.otherwise = (request) => (request.kind === 'delete' ? 'unsure' : undefined);
    const removal = harness.ask({ op: 'delete', groupId: 'b', deadlineMs: 300 });
    await harness.advance(20_000);
    expect(removal.answer).toMatchObject({ state: 'rolled_back' });
    nodes.node01.records.delete('b');
    nodes.node03.otherwise = () => undefined;
    const restored = await audit(harness, { repair: true });
    expect(restored.findings).toMatchObject([
      { groupId: 'b', kind: 'missing', journal: 'present', repair: { op: 'create' } },
    ]);
    expect(recordsOf(nodes)).toEqual([['b'], ['b'], ['b']]);
  });

  test('P1: where the nodes differed before the rollback, a difference is reported and nothing is touched', async () => {
    const { harness, nodes } = await openCluster();
    nodes.node01.records.set('a', STRAY);
    const making = harness.ask({ op: 'create', groupId: 'a' });
    await harness.advance(20_000);
    expect(making.answer).toMatchObject({ state: 'rolled_back', reason: 'diverged' });
    nodes.node02.records.set('a', STRAY);
    const { findings } = await audit(harness, { repair: true });
    expect(findings).toMatchObject([{ groupId: 'a', kind: 'stray', journal: 'unknown' }]);
    expect(findings[0]).not.toHaveProperty('repair');
    expect(recordsOf(nodes)).toEqual([['a'], ['a'], []]);
  });

  test('a repair that finds no room is reported with its error', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a');
    nodes.node01.records.clear();
    harness.coordinator.intake.setFullDisk({ message: 'no room' });
    const { findings } = await audit(harness, { repair: true });
    expect(findings).toMatchObject([{ repair: { op: 'create', error: { code: 'unavailable' } } }]);
  });

  test('P6: a key with a command under way is busy, and neither judged nor repaired', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a');
    nodes.node01.faults.push(undefined, 'slow');
    nodes.node02.records.delete('a');
    harness.ask({ op: 'delete', groupId: 'a', ensure: true });
    await harness.advance(10);
    const asked = harness.ask({ op: 'audit', repair: true });
    await harness.advance(100);
    expect(asked.answer).toEqual({ checked: 1, findings: [], busy: ['a'] });
  });

  test('P6: a command that comes and ends while the nodes are read makes the key busy', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a');
    nodes.node02.records.delete('a');
    nodes.node03.faults.push('slow');
    const asked = harness.ask({ op: 'audit', repair: true });
    await harness.advance(20);
    const removal = harness.ask({ op: 'delete', groupId: 'a', ensure: true });
    await harness.advance(100);
    expect(removal.answer).toMatchObject({ state: 'committed' });
    expect(asked.isOpen).toBe(true);
    await harness.advance(2000);
    expect(asked.answer).toMatchObject({ findings: [], busy: ['a'] });
    expect(recordsOf(nodes)).toEqual([[], [], []]);
  });

  test('P6: a delete that waits in line before the repair would be accepted wins', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a');
    nodes.node02.records.delete('a');
    const asked = harness.ask({ op: 'audit', repair: true });
    const take = harness.coordinator.report.bind(harness.coordinator);
    // The commit delays the batch that receives the nodes' records; the delete arrives meanwhile.
    harness.coordinator.report = (report, executor) => {
      if (report.kind === 'answered' && report.value.of === 'look') {
        harness.journal.hold();
        harness.ask({ op: 'create', groupId: 'other' });
      }
      take(report, executor);
    };
    await harness.advance(100);
    const removal = harness.ask({ op: 'delete', groupId: 'a', ensure: true });
    await harness.rest();
    harness.journal.release();
    await harness.advance(2000);
    expect(asked.answer).toMatchObject({ findings: [], busy: ['a'] });
    expect(removal.answer).toMatchObject({ state: 'committed' });
    expect(recordsOf(nodes)).toEqual([['other'], ['other'], ['other']]);
  });

  test('P1, P6: whatever commands run beside repairs, in the end the nodes are as they left them', async () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          op: fc.constantFrom('create' as const, 'delete' as const),
          groupId: fc.constantFrom('5', '6'),
        }),
      },
      {
        weight: 3,
        // One node answers slowly, so that commands arrive between its answers and the repair.
        arbitrary: fc.record({ audit: fc.constantFrom(undefined, ...NAMES) }),
      },
      fc.record({ lose: fc.constantFrom(...NAMES), key: fc.constantFrom('5', '6') }),
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 30 }).map((ms) => ({ ms })) },
    );
    const faults = fc.array(
      fc.constantFrom(undefined, undefined, 'slow' as const, 'unsure' as const),
      {
        maxLength: 30,
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40 }),
        faults,
        async (steps, given) => {
          const { harness, nodes } = await openCluster();
          for (const [index, fault] of given.entries()) {
            nodes[NAMES[index % 3] as 'node01'].faults.push(fault);
          }
          for (const one of steps) {
            if ('audit' in one) {
              if (one.audit !== undefined) nodes[one.audit].faults.unshift('slow');
              harness.ask({ op: 'audit', repair: true });
            } else if ('ms' in one) await harness.advance(one.ms);
            else if ('lose' in one) nodes[one.lose].records.delete(one.key);
            else harness.ask({ ...one, ensure: true });
          }
          await harness.advance(60_000);
          // No command runs: now each repair must match the history of its key.
          await audit(harness, { repair: true });
          await harness.advance(60_000);
          const detail = await harness.journal.latestSettled(['5', '6']);
          const wanted = [...detail]
            .filter(([, { committed }]) => committed?.op === 'create')
            .map(([key]) => key);
          expect(recordsOf(nodes)).toEqual(NAMES.map(() => wanted.sort()));
          const asked = harness.events.filter(([topic]) => topic === 'command.committed');
          const byKey = new Map<string, string>();
          for (const [, payload] of asked) {
            const { groupId, op, id } = payload as { groupId: string; op: string; id: string };
            const own = (await harness.journal.find(id))?.command.lane === 'interactive';
            if (own) byKey.set(groupId, op);
          }
          // No repair may override the last command of a client.
          for (const [key, { committed }] of detail) {
            if (byKey.has(key)) expect(committed?.op).toBe(byKey.get(key));
          }
          expect((await audit(harness)).findings).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});
