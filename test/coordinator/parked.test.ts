/**
 * Commands that crash the daemon: taken up one at a time, then parked until an operator decides.
 */
import { expect, test } from 'vitest';
import { Probation } from '../../src/coordinator/commands/probation.ts';
import { Questions } from '../../src/coordinator/requests/questions.ts';
import { MemoryJournal } from '../../src/journal/memory/journal.ts';
import type { MemorySnapshot } from '../../src/journal/memory/snapshot.ts';
import { HandClock } from './support/hand-clock.ts';
import { type Harness, openHarness, POLICY } from './support/harness.ts';
import { settled } from './support/reports.ts';

const THRICE = { inARow: 3, all: 3 };
const ONCE_MORE = { inARow: 4, all: 4 };

/** Begun creates of the keys a, b, c, a delete of d that has not begun, and a create that waits behind a. */
async function begun(): Promise<MemorySnapshot> {
  const harness = await openHarness();
  for (const id of ['a', 'b', 'c']) harness.ask({ op: 'create', id, groupId: id });
  harness.ask({ op: 'delete', id: 'd', groupId: 'd' });
  harness.ask({ op: 'create', id: 'behind', groupId: 'a', deadlineMs: 60_000 });
  await harness.rest();
  return harness.crash();
}

/** A life that ends there. */
function probationOf(journal: MemoryJournal): ConstructorParameters<typeof Probation>[0] {
  const { now, at } = new HandClock();
  const onTrouble = (_: string, error: Error): never => {
    throw error;
  };
  const ports = { journal, now, at, order: () => {}, onTrouble };
  const questions = new Questions();
  return { ports, questions, crashes: ONCE_MORE, interactiveShare: 0.75, post: () => {} };
}

/** The executor answers the question, which shows that it lives. */
function survive(harness: Harness): void {
  const { ticket } = harness.ordersOf('inspect').at(-1) ?? { ticket: 0 };
  harness.report({ kind: 'answered', ticket, value: { of: 'inspect' } });
}

/** The life in which a is parked, since the last one crashed while it was under way. */
async function parked(): Promise<Harness> {
  const careful = await openHarness({ from: await begun(), crashes: THRICE });
  expect(careful.driven).toEqual(['a']);
  return openHarness({ from: careful.crash(), crashes: ONCE_MORE });
}

test('P8: two crashes in a row change nothing; after three, commands are taken up one at a time', async () => {
  const from = await begun();
  const twice = await openHarness({ from, crashes: { inARow: 2, all: 9 } });
  expect(twice.driven).toEqual(['a', 'b', 'c', 'd']);
  expect(twice.takenUp).toBe(1);
  const harness = await openHarness({ from, crashes: THRICE });
  expect(harness.driven).toEqual(['a']);
  harness.ask({ op: 'create', id: 'new', groupId: 'n' });
  await harness.rest();
  expect(harness.driven).toEqual(['a', 'new']);
  harness.report(settled(harness, 'a'));
  await harness.rest();
  expect(harness.driven).toEqual(['a', 'new', 'b']);
  expect(harness.takenUp).toBe(0);
});

test('P5: one that does not end has passed when its executor answers after it; one that hangs does not', async () => {
  const harness = await openHarness({ from: await begun(), crashes: THRICE });
  await harness.advance(10_000);
  expect(harness.driven).toEqual(['a']);
  for (const next of ['b', 'c', 'd']) {
    survive(harness);
    await harness.rest();
    expect(harness.driven.at(-1)).toBe(next);
    await harness.advance(1000);
  }
  // Commands that had begun are tested; the others run one by one, and do not delay that report.
  expect(harness.takenUp).toBe(1);
});

test('P5: the command under way at the next crash is parked: reported, listed, its key held, never driven', async () => {
  const harness = await parked();
  expect(harness.driven).toEqual(['b']);
  expect(harness.events).toContainEqual([
    'command.parked',
    expect.objectContaining({ id: 'a', state: 'applying', parked: true }),
  ]);
  const listed = harness.ask({ op: 'list', parked: true });
  const behind = harness.ask({ op: 'status', id: 'behind' });
  const cancelled = harness.ask({ op: 'cancel', id: 'a' });
  const all = harness.ask({ op: 'retry', filter: {}, dryRun: true });
  await harness.rest();
  expect(listed.answer).toMatchObject({ commands: [{ id: 'a', parked: true }] });
  expect(behind.answer).toMatchObject({ waitsFor: 'a' });
  expect(cancelled.answer).toMatchObject({ error: { code: 'invalid_request', field: 'id' } });
  expect(all.answer).toMatchObject({ matched: 4 });
  await harness.advance(10 * 60_000);
  const next = await openHarness({ from: harness.crash(), crashes: { inARow: 0, all: 4 } });
  expect(next.driven).toEqual(['b', 'c']);
  expect(next.events).not.toContainEqual(['command.parked', expect.anything()]);
});

test('P10: a life that is killed before it has told leaves that to the next', async () => {
  const careful = await openHarness({ from: await begun(), crashes: THRICE });
  const journal = new MemoryJournal(careful.crash());
  await new Probation(probationOf(journal)).park();
  const next = await openHarness({ from: journal.snapshot(), crashes: ONCE_MORE });
  expect(next.events).toContainEqual(['command.parked', expect.objectContaining({ id: 'a' })]);
  const later = await openHarness({ from: next.crash(), crashes: ONCE_MORE });
  expect(later.events).not.toContainEqual(['command.parked', expect.anything()]);
});

test.each(['', '{', '{"seq":1,"all":1}', '["a"]', 'null'])(
  'P10: a stored crash of the damaged form %j parks no command, and is reported',
  async (text) => {
    const journal = new MemoryJournal(await begun());
    await journal.keep('probation', text);
    await journal.keep('parked', text);
    const told: string[] = [];
    const options = probationOf(journal);
    const onTrouble = (_: string, { message }: Error) => void told.push(message);
    const probation = new Probation({ ...options, ports: { ...options.ports, onTrouble } });
    await probation.park();
    expect(told).toEqual(['the value parked is corrupt', 'the value probation is corrupt']);
    expect(probation.unreported).toEqual([]);
  },
);

test('a process that is killed while a command is under way parks nothing', async () => {
  const careful = await openHarness({ from: await begun(), crashes: THRICE });
  const killed = await openHarness({ from: careful.crash(), crashes: THRICE });
  expect(killed.driven).toEqual(['a']);
  killed.report(settled(killed, 'a'));
  await killed.rest();
  expect(killed.driven).toEqual(['a', 'b']);
});

test('P5: retried it is driven again, and parked at once when it crashes the daemon once more', async () => {
  const harness = await parked();
  harness.report(settled(harness, 'b'));
  await harness.rest();
  const retried = harness.ask({ op: 'retry', id: 'a' });
  await harness.rest();
  expect(retried.answer).toMatchObject({ id: 'a', state: 'applying' });
  expect(retried.answer).not.toHaveProperty('parked');
  harness.report(settled(harness, 'c'));
  await harness.rest();
  expect(harness.ordersOf('drive').at(-1)).toMatchObject({ command: { id: 'a' }, inherited: {} });
  const again = await openHarness({ from: harness.crash(), crashes: { inARow: 0, all: 5 } });
  expect(again.driven).toEqual(['d']);
  again.ask({ op: 'retry', filter: { parked: true } });
  await again.rest();
  again.report(settled(again, 'a'));
  await again.rest();
  expect(again.driven).toEqual(['d', 'a', 'behind']);
});

test('P4.5: after an abandon all its requests are loose, and its history is not read', async () => {
  const harness = await parked();
  const later = harness.ask({ op: 'delete', id: 'later', groupId: 'a' });
  const given = harness.ask({ op: 'abandon', id: 'a', by: 'ann' });
  await harness.rest();
  expect(given.answer).toMatchObject({ id: 'a', state: 'abandoned', reason: 'cancelled' });
  expect(harness.notes).toContainEqual([
    'operator: abandon',
    expect.objectContaining({ by: 'ann (unverified)' }),
  ]);
  for (const id of ['b', 'c', 'd']) {
    harness.report(settled(harness, id));
    await harness.rest();
  }
  expect(harness.driven).toEqual(['b', 'c', 'd']);
  await harness.advance(POLICY.quiesceMs + 1);
  expect(harness.driven).toEqual(['b', 'c', 'd', 'behind']);
  expect(later.isOpen).toBe(true);
});
