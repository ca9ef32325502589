/** An audit without the journal: the nodes are compared with each other alone. */
import { describe, expect, test } from 'vitest';
import { audit, done, openCluster, recordsOf, STRAY } from './support/audited.ts';

const LOST = { journal: false } as const;

describe('an audit without the journal', () => {
  test('finds only keys on which nodes differ, and leaves them', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a', 'b');
    await done(harness, 'delete', 'b');
    nodes.node02.records.delete('a');
    nodes.node03.records.set('c', STRAY);
    for (const node of Object.values(nodes)) node.records.set('d', STRAY);
    const found = await audit(harness, LOST);
    expect(found.checked).toBe(3);
    expect(found.findings.map(({ groupId, kind, journal }) => [groupId, kind, journal])).toEqual([
      ['a', 'unknown', 'unknown'],
      ['c', 'unknown', 'unknown'],
    ]);
    expect(found).not.toHaveProperty('unjournaled');
    expect(recordsOf(nodes)).toEqual([['a', 'd'], ['d'], ['a', 'c', 'd']]);
  });

  test('P1: all nodes get what one has, by ordinary commands', async () => {
    const { harness, nodes } = await openCluster();
    nodes.node01.records.set('a', STRAY);
    nodes.node03.records.set('c', STRAY);
    const { findings } = await audit(harness, { ...LOST, unknown: 'create', repair: true });
    for (const { repair } of findings) {
      expect(await harness.journal.find(repair?.id ?? '')).toMatchObject({
        command: { op: 'create', ensure: true },
        state: 'committed',
      });
    }
    expect(recordsOf(nodes)).toEqual([
      ['a', 'c'],
      ['a', 'c'],
      ['a', 'c'],
    ]);
  });

  test('P1: or none keeps it, what the journal says notwithstanding', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a', 'b');
    nodes.node01.records.delete('a');
    await audit(harness, { ...LOST, unknown: 'delete', repair: true });
    expect(recordsOf(nodes)).toEqual([['b'], ['b'], ['b']]);
  });

  test('a key on one node that does not answer is left', async () => {
    const { harness, nodes } = await openCluster();
    nodes.node01.records.set('a', STRAY);
    nodes.node02.otherwise = ({ kind }) => (kind === 'read' ? 'unsure' : undefined);
    const { findings } = await audit(harness, { ...LOST, keys: ['a', 'b'] });
    expect(findings).toMatchObject([
      { groupId: 'a', nodes: { node02: { state: 'unknown' } } },
      { groupId: 'b', kind: 'unread' },
    ]);
  });

  test('named keys are read; without a list of the nodes they must be named', async () => {
    const { harness, nodes } = await openCluster({ lists: false });
    nodes.node01.records.set('a', STRAY);
    expect(await audit(harness, LOST)).toMatchObject({
      error: { code: 'invalid_request', field: 'journal' },
    });
    const { findings } = await audit(harness, { ...LOST, keys: ['a', 'b'] });
    expect(findings).toMatchObject([{ groupId: 'a', kind: 'unknown' }]);
  });

  test('does not count as an audit of all keys', async () => {
    const { harness } = await openCluster();
    await audit(harness, LOST);
    expect(harness.events.filter(([topic]) => topic.startsWith('audit'))).toEqual([]);
  });
});
