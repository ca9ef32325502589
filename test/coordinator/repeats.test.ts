import { describe, expect, test } from 'vitest';
import { openDesk } from './support/desk.ts';
import { settled } from './support/reports.ts';

const FIVE = { op: 'create', id: 'a', groupId: '5' } as const;

describe('P7: asked twice, done once', () => {
  test('P7: an id repeated in one turn is one command, answered to both', async () => {
    const desk = await openDesk();
    const asked = [desk.ask(FIVE), desk.ask(FIVE)];
    await desk.rest();
    expect(desk.driven).toEqual(['a']);
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(asked[0]?.answer).toEqual(asked[1]?.answer);
    expect(desk.journal.commits.flatMap(({ accept }) => accept)).toHaveLength(1);
  });

  test('P7: an id repeated in one batch is one command', async () => {
    const desk = await openDesk();
    const asked = desk.ask({ op: 'batch', commands: [FIVE, FIVE, { ...FIVE, groupId: '6' }] });
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(asked.answer).toMatchObject({
      results: [
        { id: 'a', state: 'committed' },
        { id: 'a', state: 'committed' },
        { id: 'a', error: { code: 'id_conflict' } },
      ],
    });
    expect(desk.journal.commits.flatMap(({ accept }) => accept)).toHaveLength(1);
  });

  test('P7: a repeat of an open command waits for the same outcome', async () => {
    const desk = await openDesk();
    const first = desk.ask(FIVE);
    await desk.rest();
    const second = desk.ask(FIVE);
    const third = desk.ask({ ...FIVE, wait: 'accepted' });
    await desk.rest();
    expect([first.isOpen, second.isOpen]).toEqual([true, true]);
    expect(third.answer).toMatchObject({ id: 'a', state: 'applying' });
    desk.report(settled(desk, 'a', { state: 'rolled_back', reason: 'deadline' }));
    await desk.rest();
    expect(second.answer).toEqual(first.answer);
    expect(second.answer).toMatchObject({ state: 'rolled_back', reason: 'deadline' });
  });

  test('P7: a repeat that comes with the settlement gets the settlement', async () => {
    const desk = await openDesk();
    desk.ask(FIVE);
    await desk.rest();
    desk.report(settled(desk, 'a'));
    const asked = desk.ask(FIVE);
    await desk.rest();
    expect(asked.answer).toMatchObject({ id: 'a', state: 'committed' });
    const before = desk.ask(FIVE);
    const accepted = desk.ask({ ...FIVE, wait: 'accepted' });
    await desk.rest();
    expect(before.answer).toEqual(asked.answer);
    expect(accepted.answer).toEqual(asked.answer);
    expect(desk.driven).toEqual(['a']);
  });

  test('P7: a repeat that alone would be refused waits for the twin accepted beside it', async () => {
    const desk = await openDesk();
    const late = desk.ask({ ...FIVE, expiresAt: desk.clock.now() - 1 });
    const first = desk.ask(FIVE);
    await desk.rest();
    expect([late.isOpen, first.isOpen]).toEqual([true, true]);
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(late.answer).toMatchObject({ id: 'a', state: 'committed' });
    expect(late.answer).toEqual(first.answer);
  });

  test('P7: a repeat of a settled command gets the first outcome, as often as it is asked', async () => {
    const desk = await openDesk();
    const first = desk.ask(FIVE);
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    await desk.advance(10_000);
    const again = [desk.ask(FIVE), desk.ask(FIVE), desk.ask({ ...FIVE, wait: 'accepted' })];
    await desk.rest();
    for (const asked of again) expect(asked.answer).toEqual(first.answer);
    expect(desk.driven).toEqual(['a']);
    expect(desk.coordinator.commands.registry.size).toBe(0);
  });

  test.each([
    ['another op', { op: 'delete', groupId: '5' }],
    ['another key', { op: 'create', groupId: '6' }],
    ['ensure', { op: 'create', groupId: '5', ensure: true }],
  ] as const)('P7: the same id with %s is a conflict, open and settled', async (_, other) => {
    const desk = await openDesk();
    const conflict = { id: 'a', error: { code: 'id_conflict' } };
    desk.ask(FIVE);
    const inTurn = desk.ask({ ...other, id: 'a' });
    await desk.rest();
    const open = desk.ask({ ...other, id: 'a' });
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    const after = desk.ask({ ...other, id: 'a' });
    await desk.rest();
    for (const asked of [inTurn, open, after]) expect(asked.answer).toMatchObject(conflict);
    expect(desk.driven).toEqual(['a']);
  });

  test('P7: lane, wait and deadline are no content', async () => {
    const desk = await openDesk();
    const first = desk.ask(FIVE);
    const second = desk.ask({ ...FIVE, lane: 'bulk', deadlineMs: 5, ifUnavailable: 'wait' });
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(second.answer).toEqual(first.answer);
  });

  test('P7: of two requests in one turn, the one that conflicts with the history spoils no other', async () => {
    const desk = await openDesk();
    const first = desk.ask(FIVE);
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    const wrong = desk.ask({ ...FIVE, groupId: '6' });
    const right = desk.ask(FIVE);
    const wrongAgain = desk.ask({ ...FIVE, groupId: '6' });
    await desk.rest();
    expect(wrong.answer).toMatchObject({ error: { code: 'id_conflict' } });
    expect(right.answer).toEqual(first.answer);
    expect(wrongAgain.answer).toEqual(wrong.answer);
    expect(JSON.stringify(wrong.answer)).toContain('create of \\"5\\"');
  });

  test('P6, P7: a repeat that is found in the history lets go of the key it had asked for', async () => {
    const desk = await openDesk();
    desk.ask(FIVE);
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    desk.ask(FIVE);
    const behind = desk.ask({ op: 'delete', id: 'b', groupId: '5' });
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'b']);
    desk.report(settled(desk, 'b'));
    await desk.rest();
    expect(behind.answer).toMatchObject({ state: 'committed' });
  });

  test('P7: after a restart a repeat waits for the open command, or gets the outcome', async () => {
    const before = await openDesk();
    before.ask(FIVE);
    before.ask({ op: 'create', id: 'b', groupId: '6' });
    await before.rest();
    before.report(settled(before, 'b'));
    await before.rest();
    const desk = await openDesk({ clock: before.clock, from: before.crash() });
    const open = desk.ask(FIVE);
    const over = desk.ask({ op: 'create', id: 'b', groupId: '6' });
    const conflicts = [desk.ask({ ...FIVE, ensure: true }), desk.ask({ ...FIVE, id: 'b' })];
    await desk.rest();
    expect(over.answer).toMatchObject({ id: 'b', state: 'committed' });
    for (const asked of conflicts)
      expect(asked.answer).toMatchObject({ error: { code: 'id_conflict' } });
    expect(open.isOpen).toBe(true);
    expect(desk.driven).toEqual(['a']);
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(open.answer).toMatchObject({ id: 'a', state: 'committed' });
  });

  test('P7: a repeat gets the first outcome, though the nodes of now cannot take its key', async () => {
    const before = await openDesk();
    before.ask(FIVE);
    before.ask({ op: 'create', id: 'b', groupId: '6' });
    await before.rest();
    before.report(settled(before, 'b'));
    await before.rest();
    const desk = await openDesk({
      clock: before.clock,
      from: before.crash(),
      unroutable: () => 'groupId does not match the key pattern',
    });
    const open = desk.ask(FIVE);
    const over = desk.ask({ op: 'create', id: 'b', groupId: '6' });
    const conflict = desk.ask({ op: 'create', id: 'b', groupId: '7' });
    const others = [desk.ask({ ...FIVE, id: 'c' }), desk.ask({ op: 'create', groupId: '5' })];
    await desk.rest();
    expect(over.answer).toMatchObject({ id: 'b', state: 'committed' });
    expect(conflict.answer).toMatchObject({ id: 'b', error: { code: 'id_conflict' } });
    for (const { answer } of others)
      expect(answer).toMatchObject({ error: { code: 'invalid_request', field: 'groupId' } });
    expect(open.isOpen).toBe(true);
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(open.answer).toMatchObject({ id: 'a', state: 'committed' });
  });

  test('P7: an id is free again once its command was pruned', async () => {
    const desk = await openDesk({ retentionMs: 60_000 });
    desk.ask(FIVE);
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    await desk.advance(180_000);
    desk.ask({ ...FIVE, groupId: '6' });
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'a']);
  });
});
