import { describe, expect, test } from 'vitest';
import type { AuditAnswer } from '../../src/protocol/answer.ts';
import { audit, done, NAMES, openCluster, recordsOf, STRAY } from './support/audited.ts';
import { openHarness } from './support/harness.ts';

const present = { state: 'present' };
const absent = { state: 'absent' };

describe('an audit of all keys', () => {
  test('finds nothing where the nodes agree with the journal', async () => {
    const { harness } = await openCluster();
    await done(harness, 'create', 'a', 'b', 'c');
    await done(harness, 'delete', 'b');
    expect(await audit(harness)).toEqual({ checked: 3, findings: [], busy: [] });
  });

  test('finds what is missing, on one node or on all, and what is stray', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a', 'b', 'c');
    await done(harness, 'delete', 'c');
    nodes.node02.records.delete('a');
    for (const name of NAMES) nodes[name].records.delete('b');
    nodes.node03.records.set('c', STRAY);
    const { findings } = await audit(harness);
    expect(findings).toEqual([
      {
        groupId: 'a',
        kind: 'missing',
        journal: 'present',
        nodes: { node01: present, node02: absent, node03: present },
        repair: { op: 'create' },
      },
      {
        groupId: 'b',
        kind: 'missing',
        journal: 'present',
        nodes: { node01: absent, node02: absent, node03: absent },
        repair: { op: 'create' },
      },
      {
        groupId: 'c',
        kind: 'stray',
        journal: 'absent',
        nodes: { node01: absent, node02: absent, node03: present },
        repair: { op: 'delete' },
      },
    ]);
  });

  test('P1: a stray that all nodes hold is found as well', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a');
    await done(harness, 'delete', 'a');
    for (const name of NAMES) nodes[name].records.set('a', STRAY);
    const { findings } = await audit(harness);
    expect(findings).toMatchObject([{ groupId: 'a', kind: 'stray' }]);
  });

  test('keys unknown to the journal: reported where nodes differ, changed only on request', async () => {
    const { harness, nodes } = await openCluster();
    for (const name of NAMES) nodes[name].records.set('theirs', STRAY);
    nodes.node01.records.set('x', STRAY);
    const [left, created] = [await audit(harness), await audit(harness, { unknown: 'create' })];
    const removed = await audit(harness, { unknown: 'delete', repair: true });
    const finding = { groupId: 'x', kind: 'unknown', journal: 'unknown' };
    expect(left.findings).toMatchObject([finding]);
    expect(left.findings[0]).not.toHaveProperty('repair');
    expect(created.findings).toMatchObject([{ ...finding, repair: { op: 'create' } }]);
    expect(removed.findings).toMatchObject([{ repair: { op: 'delete', id: expect.any(String) } }]);
    expect(recordsOf(nodes)).toEqual([['theirs'], ['theirs'], ['theirs']]);
  });

  test('a key that all nodes hold and the journal says nothing of is named, and is no finding', async () => {
    const { harness, nodes } = await openCluster({ retentionMs: 100_000 });
    await done(harness, 'create', 'a');
    for (const name of NAMES) nodes[name].records.set('theirs', STRAY);
    const agreed = { checked: 2, findings: [], busy: [], unjournaled: ['theirs'] };
    expect(await audit(harness)).toEqual(agreed);
    expect(await audit(harness, { keys: ['a', 'theirs'] })).toEqual(agreed);
    // A command works on it: such a key is not reported.
    nodes.node01.otherwise = () => 'lost';
    harness.ask({ op: 'delete', groupId: 'theirs' });
    await harness.advance(10);
    expect(await audit(harness)).toMatchObject({ checked: 2, findings: [] });
    expect(await audit(harness)).not.toHaveProperty('unjournaled');
    nodes.node01.otherwise = () => undefined;
    await harness.advance(92_000);
    expect(await audit(harness)).toMatchObject({ unjournaled: ['a'] });
  });

  test('a rolled-back command left the key as it was: the last committed one counts', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a');
    nodes.node01.otherwise = () => 'refused';
    const removal = harness.ask({ op: 'delete', groupId: 'a', deadlineMs: 500 });
    await harness.advance(1000);
    nodes.node01.otherwise = () => undefined;
    await harness.advance(10_000);
    expect(removal.answer).toMatchObject({ op: 'delete', state: 'refused' });
    nodes.node03.records.delete('a');
    expect((await audit(harness)).findings).toMatchObject([
      { kind: 'missing', journal: 'present' },
    ]);
  });

  test('history that is about to be pruned is no evidence', async () => {
    const { harness, nodes } = await openCluster({ retentionMs: 100_000 });
    await done(harness, 'create', 'a');
    nodes.node01.records.delete('a');
    expect((await audit(harness)).findings).toMatchObject([{ kind: 'missing' }]);
    await harness.advance(92_000);
    expect(await harness.journal.latestSettled(['a'])).not.toEqual(new Map());
    expect((await audit(harness)).findings).toMatchObject([
      { kind: 'unknown', journal: 'unknown' },
    ]);
  });

  test('P9: goes page by page in the order of the keys, on any node', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a', 'c', 'e', 'g');
    nodes.node01.records.set('b', STRAY);
    nodes.node02.records.delete('c');
    for (const name of NAMES) nodes[name].records.delete('g');
    const pages: AuditAnswer[] = [];
    let after: string | undefined;
    do {
      const page = await audit(harness, { limit: 2, ...(after === undefined ? {} : { after }) });
      pages.push(page);
      after = page.next;
    } while (after !== undefined);
    expect(pages.map(({ checked }) => checked).every((checked) => checked <= 3)).toBe(true);
    expect(pages.flatMap(({ findings }) => findings.map(({ groupId }) => groupId))).toEqual([
      'b',
      'c',
      'g',
    ]);
    expect(pages.reduce((sum, { checked }) => sum + checked, 0)).toBe(5);
  });

  test('a node that cannot list makes it unavailable, and is named', async () => {
    const { harness, nodes } = await openCluster();
    nodes.node02.listFault = '500 out of order';
    const asked = harness.ask({ op: 'audit' });
    await harness.advance(3000);
    expect(asked.answer).toMatchObject({
      error: { code: 'unavailable', message: 'node02 could not be listed: 500 out of order' },
    });
  });

  test('where nodes cannot list, every key of the journal is read', async () => {
    const { harness, nodes } = await openCluster({ lists: false });
    await done(harness, 'create', 'a', 'b', 'c');
    nodes.node03.records.delete('b');
    nodes.node01.records.set('nobody knows', STRAY);
    const first = await audit(harness, { limit: 2 });
    expect(first).toMatchObject({ checked: 2, next: 'b', findings: [{ groupId: 'b' }] });
    expect(await audit(harness, { limit: 2, after: 'b' })).toEqual({
      checked: 1,
      findings: [],
      busy: [],
      unlisted: [...NAMES],
    });
  });

  test('a node that says it has no list is one without, whatever its dialect says', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a', 'b');
    nodes.node02.isUnlisted = true;
    nodes.node03.records.delete('b');
    const answer = await audit(harness);
    expect(answer).toMatchObject({ checked: 2, unlisted: ['node02'] });
    expect(answer.findings).toMatchObject([{ groupId: 'b', kind: 'missing' }]);
  });
});

describe('an audit of given keys', () => {
  test('reads them on every node, whatever is listed, and shows owners that nodes show', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a', 'b');
    for (const name of NAMES) nodes[name].showsTokens = true;
    nodes.node02.records.set('a', STRAY);
    const { checked, findings } = await audit(harness, { keys: ['a', 'b', 'b', 'never'] });
    expect(checked).toBe(3);
    expect(findings).toMatchObject([
      { groupId: 'a', kind: 'foreign', nodes: { node02: { ...present, owner: '9.000009' } } },
    ]);
    expect(findings[0]).not.toHaveProperty('repair');
  });

  test('P9: a node that never answers is reported, and is not asked for key after key', async () => {
    const { harness, nodes } = await openCluster();
    const keys = Array.from({ length: 200 }, (_, index) => String(index));
    nodes.node01.otherwise = () => 'hang';
    const asked = harness.ask({ op: 'audit', keys });
    await harness.advance(8000);
    const { findings } = asked.answer as AuditAnswer;
    expect(findings).toHaveLength(200);
    expect(findings[0]).toMatchObject({
      kind: 'unread',
      nodes: { node01: { state: 'unknown' }, node02: absent },
    });
    expect(nodes.node01.calls.length).toBeLessThan(30);
  });

  test('answers that say nothing are asked for again', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a');
    nodes.node01.faults.push('unsure', 'lost', 'unsent', 'refused');
    expect((await audit(harness, { keys: ['a'] })).findings).toEqual([]);
  });

  test('a key that these nodes cannot route is a wrong request', async () => {
    const { harness } = await openCluster();
    expect(await audit(harness, { keys: ['a', 'b/c'] })).toMatchObject({
      error: { code: 'invalid_request', field: 'keys.1' },
    });
  });
});

describe('audits', () => {
  test('P9: one at a time: another is answered busy, the same again shares the answer', async () => {
    const { harness } = await openCluster();
    await done(harness, 'create', 'a');
    const first = harness.ask({ op: 'audit', keys: ['a'] });
    const same = harness.ask({ op: 'audit', keys: ['a'] });
    const other = harness.ask({ op: 'audit' });
    await harness.advance(2000);
    expect(same.answer).toEqual(first.answer);
    expect(other.answer).toMatchObject({ error: { code: 'busy', retryAfterMs: 500 } });
    expect(harness.ordersOf('look')).toHaveLength(1);
    expect(await audit(harness)).toMatchObject({ checked: 1 });
  });

  test('leave a node alone whose breaker is open', async () => {
    const { harness, nodes } = await openCluster();
    harness.ask({ op: 'breaker', node: 'node02', act: 'open' });
    await harness.rest();
    expect(await audit(harness, { keys: ['a'] })).toMatchObject({ error: { code: 'unavailable' } });
    expect(nodes.node02.calls).toEqual([]);
    harness.ask({ op: 'breaker', node: 'node02', act: 'close' });
    await harness.rest();
    expect(await audit(harness, { keys: ['a'] })).toMatchObject({ checked: 1 });
  });

  test('P9: executors that do not answer leave no client waiting', async () => {
    const harness = await openHarness();
    const page = harness.ask({ op: 'audit' });
    await harness.advance(31_000);
    expect(page.answer).toMatchObject({ error: { code: 'unavailable' } });
    const keys = harness.ask({ op: 'audit', keys: ['a'] });
    await harness.advance(31_000);
    expect(keys.answer).toMatchObject({ error: { code: 'unavailable' } });
  });

  test('a run through all keys says on how many nodes differ; looks at single keys correct it', async () => {
    const { harness, nodes } = await openCluster();
    await done(harness, 'create', 'a', 'b', 'c');
    const summary = async () => {
      const asked = harness.ask({ op: 'status' });
      await harness.advance(10);
      return asked.answer;
    };
    expect(await summary()).not.toHaveProperty('audit');
    nodes.node01.records.clear();
    await audit(harness, { limit: 2 });
    expect(await summary()).not.toHaveProperty('audit');
    await audit(harness, { after: 'b', limit: 2 });
    const finishedAt = new Date(harness.clock.now() - 2010).toISOString();
    expect(await summary()).toMatchObject({ audit: { divergent: 3 } });
    expect(harness.events.filter(([topic]) => topic === 'audit.finished')).toEqual([
      ['audit.finished', { checked: 3, divergent: 3 }],
    ]);
    expect(finishedAt).toMatch(/Z$/);
    await audit(harness, { keys: ['a'], repair: true });
    await audit(harness, { keys: ['a'] });
    expect(await summary()).toMatchObject({ audit: { divergent: 2 } });
  });
});

test('P9: a client that waits for an audit at the end of the daemon gets an answer', async () => {
  const { harness, nodes } = await openCluster();
  await done(harness, 'create', 'a');
  nodes.node01.records.delete('a');
  nodes.node02.otherwise = () => 'slow';
  const asked = [
    harness.ask({ op: 'audit', repair: true }),
    harness.ask({ op: 'audit', repair: true }),
  ];
  await harness.advance(20);
  expect(asked.map(({ answers }) => answers.length)).toEqual([0, 0]);
  await harness.coordinator.close();
  await harness.rest();
  expect(asked.map(({ answers }) => answers)).toMatchObject([
    [{ error: { code: expect.stringMatching(/^(draining|unavailable)$/) } }],
    [{ error: { code: expect.stringMatching(/^(draining|unavailable)$/) } }],
  ]);
});
