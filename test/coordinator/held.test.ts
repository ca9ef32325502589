/**
 * Commands that were open in a journal that was restored from a copy: held until an operator
 * decides.
 */
import { expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import type { MemorySnapshot } from '../../src/journal/memory/journal.ts';
import { type Desk, openDesk, POLICY } from './support/desk.ts';
import { settled } from './support/reports.ts';

/** As a restore leaves them. */
function allHeld(from: MemorySnapshot): MemorySnapshot {
  const rows = [...from.rows].map(
    ([seq, row]) => [seq, { ...row, held: 'restored' as const }] as const,
  );
  return { ...from, rows: new Map(rows) };
}

/** Two begun creates, and one that waits behind the first. */
async function restored(): Promise<Desk> {
  const before = await openDesk();
  for (const [id, groupId] of [
    ['a', '1'],
    ['b', '2'],
    ['behind', '1'],
  ] as const) {
    before.ask({ op: 'create', id, groupId });
  }
  await before.rest();
  return openDesk({ clock: before.clock, from: allHeld(before.crash()) });
}

test('P1: nothing is sent for them, whatever their deadlines, and other keys go on', async () => {
  const desk = await restored();
  desk.ask({ op: 'create', id: 'other', groupId: '3' });
  await desk.advance(10 * 60_000);
  expect(desk.driven).toEqual(['other']);
  const dry = desk.ask({ op: 'restore', act: 'resume', filter: {}, dryRun: true });
  await desk.rest();
  expect(dry.answer).toMatchObject({ matched: 3, commands: [{ id: 'a', held: true }, {}, {}] });
});

test('P5, P6: resumed they go on from their entries, each in its turn, in later lives too', async () => {
  const desk = await restored();
  const resumed = desk.ask({ op: 'restore', act: 'resume', filter: { groupId: '1' }, by: 'ann' });
  await desk.rest();
  expect(resumed.answer).toMatchObject({ matched: 2, commands: [{ id: 'a' }, { id: 'behind' }] });
  expect(desk.ordersOf('drive')).toMatchObject([{ command: { id: 'a' }, inherited: {} }]);
  desk.report(settled(desk, 'a'));
  await desk.rest();
  expect(desk.driven).toEqual(['a', 'behind']);
  expect(desk.notes).toContainEqual([
    'operator: restore, resume',
    expect.objectContaining({ by: 'ann' }),
  ]);
  const next = await openDesk({ clock: desk.clock, from: desk.crash() });
  expect(next.driven).toEqual(['behind']);
});

test('P2: that they go on is durable before anybody drives them', async () => {
  const desk = await restored();
  desk.journal.keptRefusal = new JournalError('no room', { code: 'full' });
  const asked = desk.ask({ op: 'restore', act: 'resume', id: 'a' });
  await desk.rest();
  expect(asked.answer).toMatchObject({ error: { code: 'unavailable' } });
  expect(desk.driven).toEqual([]);
});

test('P4: given up, what one may have sent holds back what opposes it', async () => {
  const desk = await restored();
  const later = desk.ask({ op: 'delete', id: 'later', groupId: '2', wait: 'accepted' });
  await desk.rest();
  expect(later.answer).toMatchObject({ state: 'accepted', waitsFor: 'b' });
  const given = desk.ask({ op: 'restore', act: 'abandon', id: 'b' });
  await desk.rest();
  expect(given.answer).toMatchObject({ id: 'b', state: 'abandoned', reason: 'cancelled' });
  expect(desk.driven).toEqual([]);
  await desk.advance(POLICY.quiesceMs + 1);
  expect(desk.driven).toEqual(['later']);
  // No node is called twice.
  const again = desk.ask({ op: 'restore', act: 'abandon', id: 'b' });
  await desk.rest();
  expect(again.answer).toMatchObject({ error: { code: 'invalid_request', field: 'id' } });
});

test('P7: their ids are asked for again, and wait; no other word of an operator reaches them', async () => {
  const desk = await restored();
  const again = desk.ask({ op: 'create', id: 'a', groupId: '1' });
  const all = desk.ask({ op: 'retry', filter: {} });
  const one = desk.ask({ op: 'cancel', id: 'a' });
  await desk.rest();
  expect(all.answer).toMatchObject({ matched: 0 });
  expect(one.answer).toMatchObject({
    error: { hint: expect.stringContaining('lockstep restore') },
  });
  expect(again.isOpen).toBe(true);
  desk.ask({ op: 'restore', act: 'abandon', filter: {} });
  await desk.rest();
  expect(again.answer).toMatchObject({ id: 'a', state: 'abandoned' });
});
