/** A dialect whose nodes take several keys for one: `Ab`, `aB` and `ab` are the key `ab` (P6, P7). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuseUnfolded } from '../../src/coordinator/start.ts';
import { StartError } from '../../src/lifecycle/thread-shell.ts';
import { foldKey } from '../../src/node/dialect/fold.ts';
import { audit, done, openCluster, recordsOf } from './support/audited.ts';
import { openHarness } from './support/harness.ts';
import { settled } from './support/reports.ts';

const fold = (groupId: string) => foldKey(groupId, 'ascii-lower');
const UPPER = { op: 'create', id: 'a', groupId: 'Ab' } as const;
const SPELLINGS = ['ab', 'aB', 'Ab', 'AB'] as const;

describe('P6, P7: keys that differ in case only are one key', () => {
  test('P6: one of them waits for the other, and answers name the folded key and the one asked for', async () => {
    const harness = await openHarness({ fold });
    const first = harness.ask(UPPER);
    const second = harness.ask({ op: 'delete', id: 'b', groupId: 'aB', wait: 'accepted' });
    const third = harness.ask({ op: 'create', id: 'c', groupId: 'ab', wait: 'accepted' });
    await harness.rest();
    expect(harness.driven).toEqual(['a']);
    expect(second.answer).toMatchObject({ groupId: 'ab', askedAs: 'aB', waitsFor: 'a' });
    expect(third.answer).toMatchObject({ groupId: 'ab' });
    expect(third.answer).not.toHaveProperty('askedAs');
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(first.answer).toMatchObject({ groupId: 'ab', askedAs: 'Ab', state: 'committed' });
    expect(harness.driven).toEqual(['a', 'b']);
  });

  test('P7: a repeat with another spelling of the key is a repeat, also when the command is settled', async () => {
    const harness = await openHarness({ fold });
    const first = harness.ask(UPPER);
    const repeat = harness.ask({ ...UPPER, groupId: 'AB' });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(first.answer).toMatchObject({ state: 'committed' });
    expect(repeat.answer).toMatchObject({ groupId: 'ab', askedAs: 'AB', state: 'committed' });
    const batch = harness.ask({ op: 'batch', commands: [{ ...UPPER, groupId: 'aB' }] });
    const other = harness.ask({ ...UPPER, groupId: 'abc' });
    await harness.rest();
    expect(batch.answer).toMatchObject({ results: [{ groupId: 'ab', askedAs: 'aB' }] });
    expect(other.answer).toMatchObject({ error: { code: 'id_conflict' } });
    expect(harness.driven).toEqual(['a']);
  });

  test('P7: a repeat of a command from before the dialect folded keys is a repeat', async () => {
    const before = await openHarness();
    before.ask(UPPER);
    await before.rest();
    before.report(settled(before, 'a'));
    await before.rest();
    const harness = await openHarness({ fold, from: before.crash(), clock: before.clock });
    const repeat = harness.ask(UPPER);
    await harness.rest();
    expect(repeat.answer).toMatchObject({ id: 'a', groupId: 'Ab', state: 'committed' });
  });

  test('list, audit and acts on many take any spelling', async () => {
    const { harness, nodes } = await openCluster({ fold });
    await done(harness, 'create', 'Ab');
    expect(recordsOf(nodes)).toEqual([['ab'], ['ab'], ['ab']]);
    nodes.node02.records.delete('ab');
    const found = await audit(harness, { keys: ['AB', 'aB'], repair: true });
    expect(found).toMatchObject({ checked: 1, findings: [{ groupId: 'ab', kind: 'missing' }] });
    await harness.advance(100);
    expect(recordsOf(nodes)).toEqual([['ab'], ['ab'], ['ab']]);
    const listed = harness.ask({ op: 'list', groupId: 'AB' });
    nodes.node01.otherwise = () => 'hang';
    harness.ask({ op: 'delete', id: 'd', groupId: 'Ab' });
    await harness.rest();
    const chosen = harness.ask({ op: 'cancel', filter: { groupId: 'AB' }, dryRun: true });
    await harness.rest();
    expect(listed.answer).toMatchObject({ commands: [{ id: 'd' }, {}, { groupId: 'ab' }] });
    expect(chosen.answer).toMatchObject({ matched: 1, commands: [{ id: 'd', groupId: 'ab' }] });
    nodes.node01.otherwise = () => undefined;
  });

  test('an audit leaves out keys of the journal from before they were folded', async () => {
    const before = await openHarness();
    before.ask(UPPER);
    await before.rest();
    before.report(settled(before, 'a'));
    await before.rest();
    const { harness, nodes } = await openCluster({
      fold,
      from: before.crash(),
      clock: before.clock,
    });
    for (const node of Object.values(nodes))
      node.records.set('ab', { body: '{}', token: '1.000000' });
    expect(await audit(harness, { repair: true })).toEqual({
      checked: 1,
      findings: [],
      busy: [],
      unjournaled: ['ab'],
    });
  });

  test('P6: whatever clients call a key, its commands run one at a time, in order', async () => {
    const command = fc.record({
      op: fc.constantFrom('create', 'delete'),
      groupId: fc.constantFrom(...SPELLINGS),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 2, maxLength: 8 }), async (commands) => {
        const { harness, nodes } = await openCluster({ fold });
        const asked = commands.map((one) => harness.ask({ ...one, ensure: true }));
        await harness.advance(2000);
        for (const [index, { answer }] of asked.entries()) {
          const { groupId } = commands[index] ?? {};
          const more = groupId === 'ab' ? {} : { askedAs: groupId };
          expect(answer).toMatchObject({ groupId: 'ab', ...more });
        }
        const last = commands.at(-1)?.op === 'create' ? ['ab'] : [];
        expect(recordsOf(nodes)).toEqual([last, last, last]);
        for (const { busiestKey, calls } of Object.values(nodes)) {
          expect(busiestKey).toBe(1);
          expect(new Set(calls.map(({ groupId }) => groupId))).toEqual(new Set(['ab']));
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('P6: a start with open commands of keys that are not folded', () => {
  test('is refused with 78 and names them', async () => {
    const before = await openHarness();
    for (const [index, groupId] of ['Ab', 'ab', 'C'].entries()) {
      before.ask({ op: 'create', id: `id-${index}`, groupId });
    }
    await before.rest();
    const start = refuseUnfolded(before.journal, fold);
    await expect(start).rejects.toThrow(StartError);
    await expect(start).rejects.toMatchObject({
      failure: {
        message: expect.stringMatching(/keys\.fold .*: id-0 \("Ab"\), id-2 \("C"\)$/),
        exitCode: 78,
      },
    });
  });

  test('names twenty of many', async () => {
    const before = await openHarness();
    for (let index = 0; index < 25; index++) before.ask({ op: 'create', groupId: `K${index}` });
    await before.rest();
    await expect(refuseUnfolded(before.journal, fold)).rejects.toThrow(/ and 5 more$/);
  });

  test('is not refused for settled commands, or for folded keys', async () => {
    const before = await openHarness();
    before.ask(UPPER);
    before.ask({ op: 'create', id: 'b', groupId: 'c' });
    await before.rest();
    before.report(settled(before, 'a'));
    await before.rest();
    await expect(refuseUnfolded(before.journal, fold)).resolves.toBeUndefined();
  });
});
