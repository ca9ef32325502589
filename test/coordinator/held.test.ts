/**
 * Commands that were open in a journal that was restored from a copy: held until an operator
 * decides.
 */
import { expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import type { MemorySnapshot } from '../../src/journal/memory/snapshot.ts';
import { type Harness, openHarness, POLICY } from './support/harness.ts';
import { settled } from './support/reports.ts';

/** As a restore leaves them. */
function allHeld(from: MemorySnapshot): MemorySnapshot {
  const rows = [...from.rows].map(
    ([seq, row]) => [seq, { ...row, held: 'restored' as const }] as const,
  );
  return { ...from, rows: new Map(rows) };
}

/** Two begun creates, and one that waits behind the first. */
async function restored(): Promise<Harness> {
  const before = await openHarness();
  for (const [id, groupId] of [
    ['a', '1'],
    ['b', '2'],
    ['behind', '1'],
  ] as const) {
    before.ask({ op: 'create', id, groupId });
  }
  await before.rest();
  return openHarness({ clock: before.clock, from: allHeld(before.crash()) });
}

test('P1: nothing is sent for them, whatever their deadlines, and other keys continue', async () => {
  const harness = await restored();
  harness.ask({ op: 'create', id: 'other', groupId: '3' });
  await harness.advance(10 * 60_000);
  expect(harness.driven).toEqual(['other']);
  const dry = harness.ask({ op: 'restore', act: 'resume', filter: {}, dryRun: true });
  await harness.rest();
  expect(dry.answer).toMatchObject({ matched: 3, commands: [{ id: 'a', held: true }, {}, {}] });
});

test('P5, P6: resumed they continue from their entries, each in its turn, in later lives too', async () => {
  const harness = await restored();
  const resumed = harness.ask({
    op: 'restore',
    act: 'resume',
    filter: { groupId: '1' },
    by: 'ann',
  });
  await harness.rest();
  expect(resumed.answer).toMatchObject({ matched: 2, commands: [{ id: 'a' }, { id: 'behind' }] });
  expect(harness.ordersOf('drive')).toMatchObject([{ command: { id: 'a' }, inherited: {} }]);
  harness.report(settled(harness, 'a'));
  await harness.rest();
  expect(harness.driven).toEqual(['a', 'behind']);
  expect(harness.notes).toContainEqual([
    'operator: restore_resume',
    expect.objectContaining({ by: 'ann (unverified)' }),
  ]);
  const next = await openHarness({ clock: harness.clock, from: harness.crash() });
  expect(next.driven).toEqual(['behind']);
});

test('P2: their release is durable before an executor drives them', async () => {
  const harness = await restored();
  harness.journal.keptRefusal = new JournalError('no room', { code: 'full' });
  const asked = harness.ask({ op: 'restore', act: 'resume', id: 'a' });
  await harness.rest();
  expect(asked.answer).toMatchObject({ error: { code: 'unavailable' } });
  expect(harness.driven).toEqual([]);
});

test('P4: given up, what one may have sent holds back what opposes it', async () => {
  const harness = await restored();
  const later = harness.ask({ op: 'delete', id: 'later', groupId: '2', wait: 'accepted' });
  await harness.rest();
  expect(later.answer).toMatchObject({ state: 'accepted', waitsFor: 'b' });
  const given = harness.ask({ op: 'restore', act: 'abandon', id: 'b' });
  await harness.rest();
  expect(given.answer).toMatchObject({ id: 'b', state: 'abandoned', reason: 'cancelled' });
  expect(harness.driven).toEqual([]);
  await harness.advance(POLICY.quiesceMs + 1);
  expect(harness.driven).toEqual(['later']);
  // No node gets a second request.
  const again = harness.ask({ op: 'restore', act: 'abandon', id: 'b' });
  await harness.rest();
  expect(again.answer).toMatchObject({ error: { code: 'invalid_request', field: 'id' } });
});

test('P7: their ids are asked for again, and wait; no other word of an operator reaches them', async () => {
  const harness = await restored();
  const again = harness.ask({ op: 'create', id: 'a', groupId: '1' });
  const all = harness.ask({ op: 'retry', filter: {} });
  const one = harness.ask({ op: 'cancel', id: 'a' });
  await harness.rest();
  expect(all.answer).toMatchObject({ matched: 0 });
  expect(one.answer).toMatchObject({
    error: { hint: expect.stringContaining('lockstep restore') },
  });
  expect(again.isOpen).toBe(true);
  harness.ask({ op: 'restore', act: 'abandon', filter: {} });
  await harness.rest();
  expect(again.answer).toMatchObject({ id: 'a', state: 'abandoned' });
});
