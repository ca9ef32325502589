import { describe, expect, test } from 'vitest';
import { openHarness } from './support/harness.ts';
import { settled } from './support/reports.ts';

const FIVE = { op: 'create', id: 'a', groupId: '5' } as const;

/** Its command `a` is open, and `b` has settled. */
async function openAndSettled() {
  const harness = await openHarness();
  harness.ask(FIVE);
  harness.ask({ op: 'create', id: 'b', groupId: '6' });
  await harness.rest();
  harness.report(settled(harness, 'b'));
  await harness.rest();
  return harness;
}

describe('P7: asked twice, done once', () => {
  test('P7: an id repeated in one turn is one command, answered to both', async () => {
    const harness = await openHarness();
    const asked = [harness.ask(FIVE), harness.ask(FIVE)];
    await harness.rest();
    expect(harness.driven).toEqual(['a']);
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(asked[0]?.answer).toEqual(asked[1]?.answer);
    expect(harness.journal.commits.flatMap(({ accept }) => accept)).toHaveLength(1);
  });

  test('P7: an id repeated in one batch is one command', async () => {
    const harness = await openHarness();
    const asked = harness.ask({ op: 'batch', commands: [FIVE, FIVE, { ...FIVE, groupId: '6' }] });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(asked.answer).toMatchObject({
      results: [
        { id: 'a', state: 'committed' },
        { id: 'a', state: 'committed' },
        { id: 'a', error: { code: 'id_conflict' } },
      ],
    });
    expect(harness.journal.commits.flatMap(({ accept }) => accept)).toHaveLength(1);
  });

  test('P7, P9: repeats of a settled command that come together cost one commit, however many they are', async () => {
    const harness = await openAndSettled();
    const before = harness.journal.commits.length;
    const repeat = { op: 'create', id: 'b', groupId: '6' } as const;
    const asked = Array.from({ length: 2500 }, (_, index) =>
      harness.ask(index % 2 === 0 ? repeat : { ...repeat, wait: 'accepted' }),
    );
    const other = harness.ask({ ...repeat, groupId: '7' });
    await harness.rest();
    const answers = new Set(asked.map(({ answer }) => JSON.stringify(answer)));
    expect(answers.size).toBe(1);
    expect(asked[0]?.answer).toMatchObject({ id: 'b', state: 'committed' });
    expect(other.answer).toMatchObject({ id: 'b', error: { code: 'id_conflict' } });
    // A batch takes a thousand acts.
    expect(harness.journal.commits.length - before).toBe(3);
  });

  test('P7: a repeat of an open command waits for the same outcome', async () => {
    const harness = await openHarness();
    const first = harness.ask(FIVE);
    await harness.rest();
    const second = harness.ask(FIVE);
    const third = harness.ask({ ...FIVE, wait: 'accepted' });
    await harness.rest();
    expect([first.isOpen, second.isOpen]).toEqual([true, true]);
    expect(third.answer).toMatchObject({ id: 'a', state: 'applying' });
    harness.report(settled(harness, 'a', { state: 'rolled_back', reason: 'deadline' }));
    await harness.rest();
    expect(second.answer).toEqual(first.answer);
    expect(second.answer).toMatchObject({ state: 'rolled_back', reason: 'deadline' });
  });

  test('P7: a repeat that comes with the settlement gets the settlement', async () => {
    const harness = await openHarness();
    harness.ask(FIVE);
    await harness.rest();
    harness.report(settled(harness, 'a'));
    const asked = harness.ask(FIVE);
    await harness.rest();
    expect(asked.answer).toMatchObject({ id: 'a', state: 'committed' });
    const before = harness.ask(FIVE);
    const accepted = harness.ask({ ...FIVE, wait: 'accepted' });
    await harness.rest();
    expect(before.answer).toEqual(asked.answer);
    expect(accepted.answer).toEqual(asked.answer);
    expect(harness.driven).toEqual(['a']);
  });

  test('P7: a repeat that alone would be refused waits for the twin accepted beside it', async () => {
    const harness = await openHarness();
    const late = harness.ask({ ...FIVE, expiresAt: harness.clock.now() - 1 });
    const first = harness.ask(FIVE);
    await harness.rest();
    expect([late.isOpen, first.isOpen]).toEqual([true, true]);
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(late.answer).toMatchObject({ id: 'a', state: 'committed' });
    expect(late.answer).toEqual(first.answer);
  });

  test('P7: a repeat of a settled command gets the first outcome, as often as it is asked', async () => {
    const harness = await openHarness();
    const first = harness.ask(FIVE);
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    await harness.advance(10_000);
    const again = [
      harness.ask(FIVE),
      harness.ask(FIVE),
      harness.ask({ ...FIVE, wait: 'accepted' }),
    ];
    await harness.rest();
    for (const asked of again) expect(asked.answer).toEqual(first.answer);
    expect(harness.driven).toEqual(['a']);
    expect(harness.coordinator.commands.registry.size).toBe(0);
  });

  test.each([
    ['another op', { op: 'delete', groupId: '5' }],
    ['another key', { op: 'create', groupId: '6' }],
    ['ensure', { op: 'create', groupId: '5', ensure: true }],
  ] as const)('P7: the same id with %s is a conflict, open and settled', async (_, other) => {
    const harness = await openHarness();
    const conflict = { id: 'a', error: { code: 'id_conflict' } };
    harness.ask(FIVE);
    const inTurn = harness.ask({ ...other, id: 'a' });
    await harness.rest();
    const open = harness.ask({ ...other, id: 'a' });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    const after = harness.ask({ ...other, id: 'a' });
    await harness.rest();
    for (const asked of [inTurn, open, after]) expect(asked.answer).toMatchObject(conflict);
    expect(harness.driven).toEqual(['a']);
  });

  test('P7: lane, wait and deadline are no content', async () => {
    const harness = await openHarness();
    const first = harness.ask(FIVE);
    const second = harness.ask({ ...FIVE, lane: 'bulk', deadlineMs: 5, ifUnavailable: 'wait' });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(second.answer).toEqual(first.answer);
  });

  test('P7: of two requests in one turn, the one that conflicts with the history spoils no other', async () => {
    const harness = await openHarness();
    const first = harness.ask(FIVE);
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    const wrong = harness.ask({ ...FIVE, groupId: '6' });
    const right = harness.ask(FIVE);
    const wrongAgain = harness.ask({ ...FIVE, groupId: '6' });
    await harness.rest();
    expect(wrong.answer).toMatchObject({ error: { code: 'id_conflict' } });
    expect(right.answer).toEqual(first.answer);
    expect(wrongAgain.answer).toEqual(wrong.answer);
    expect(JSON.stringify(wrong.answer)).toContain('create of \\"5\\"');
  });

  test('P6, P7: a repeat that is found in the history lets go of the key it had asked for', async () => {
    const harness = await openHarness();
    harness.ask(FIVE);
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    harness.ask(FIVE);
    const behind = harness.ask({ op: 'delete', id: 'b', groupId: '5' });
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'b']);
    harness.report(settled(harness, 'b'));
    await harness.rest();
    expect(behind.answer).toMatchObject({ state: 'committed' });
  });

  test('P7: after a restart a repeat waits for the open command, or gets the outcome', async () => {
    const before = await openAndSettled();
    const harness = await openHarness({ clock: before.clock, from: before.crash() });
    const open = harness.ask(FIVE);
    const over = harness.ask({ op: 'create', id: 'b', groupId: '6' });
    const conflicts = [harness.ask({ ...FIVE, ensure: true }), harness.ask({ ...FIVE, id: 'b' })];
    await harness.rest();
    expect(over.answer).toMatchObject({ id: 'b', state: 'committed' });
    for (const asked of conflicts)
      expect(asked.answer).toMatchObject({ error: { code: 'id_conflict' } });
    expect(open.isOpen).toBe(true);
    expect(harness.driven).toEqual(['a']);
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(open.answer).toMatchObject({ id: 'a', state: 'committed' });
  });

  test('P7: a repeat gets the first outcome, though the nodes of now cannot take its key', async () => {
    const before = await openAndSettled();
    const harness = await openHarness({
      clock: before.clock,
      from: before.crash(),
      unroutable: () => 'groupId does not match the key pattern',
    });
    const open = harness.ask(FIVE);
    const over = harness.ask({ op: 'create', id: 'b', groupId: '6' });
    const conflict = harness.ask({ op: 'create', id: 'b', groupId: '7' });
    const others = [harness.ask({ ...FIVE, id: 'c' }), harness.ask({ op: 'create', groupId: '5' })];
    await harness.rest();
    expect(over.answer).toMatchObject({ id: 'b', state: 'committed' });
    expect(conflict.answer).toMatchObject({ id: 'b', error: { code: 'id_conflict' } });
    for (const { answer } of others)
      expect(answer).toMatchObject({ error: { code: 'invalid_request', field: 'groupId' } });
    expect(open.isOpen).toBe(true);
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(open.answer).toMatchObject({ id: 'a', state: 'committed' });
  });

  test('P7: an id is free again once its command was pruned', async () => {
    const harness = await openHarness({ retentionMs: 60_000 });
    harness.ask(FIVE);
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    await harness.advance(180_000);
    harness.ask({ ...FIVE, groupId: '6' });
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'a']);
  });
});
