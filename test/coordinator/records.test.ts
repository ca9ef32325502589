/** Creates with a record: accepted, handed out, repeated, bounded. */
import { describe, expect, test } from 'vitest';
import type { Order } from '../../src/protocol/work.ts';
import { type Harness, openHarness } from './support/harness.ts';
import { settled } from './support/reports.ts';

const record = { email: 'ann@example.com', n: 1.5 };
const FIVE = { op: 'create', id: 'a', groupId: '5', record } as const;

function drives(harness: Harness): readonly Extract<Order, { kind: 'drive' }>[] {
  return harness.orders.flatMap(({ order }) => (order.kind === 'drive' ? [order] : []));
}

describe('a create with a record', () => {
  test('P2: its text is in the commit that accepts it, and goes to the executor as it came', async () => {
    const harness = await openHarness();
    harness.ask(FIVE);
    harness.ask({ op: 'create', id: 'b', groupId: '6' });
    await harness.rest();
    const accepts = harness.journal.commits.flatMap(({ accept }) => accept);
    expect(accepts.map((write) => write.record)).toEqual([JSON.stringify(record), undefined]);
    expect(drives(harness).map((order) => order.record)).toEqual([
      JSON.stringify(record),
      undefined,
    ]);
  });

  test('P2: after a crash it is handed out with the same text', async () => {
    const harness = await openHarness();
    harness.ask(FIVE);
    await harness.rest();
    const next = await openHarness({ from: harness.journal.snapshot() });
    await next.rest();
    expect(drives(next)).toMatchObject([{ command: { id: 'a' }, record: JSON.stringify(record) }]);
  });

  test('no answer and no event shows it', async () => {
    const harness = await openHarness();
    const asked = harness.ask(FIVE);
    await harness.rest();
    harness.report(settled(harness, 'a', { state: 'rolled_back', reason: 'deadline' }));
    await harness.rest();
    const shown = harness.ask({ op: 'status', id: 'a' });
    const list = harness.ask({ op: 'list' });
    await harness.rest();
    const all = JSON.stringify([
      asked.answer,
      shown.answer,
      list.answer,
      harness.events,
      harness.notes,
    ]);
    expect(all).not.toContain('ann@');
  });
});

describe('P7: the record is part of the content', () => {
  test.each(['open', 'settled'])('of a command that is %s', async (stage) => {
    const harness = await openHarness();
    harness.ask(FIVE);
    await harness.rest();
    if (stage === 'settled') harness.report(settled(harness, 'a'));
    await harness.rest();
    const wait = 'accepted' as const;
    const same = harness.ask({ ...FIVE, record: { n: 1.5, email: 'ann@example.com' }, wait });
    const other = harness.ask({ ...FIVE, record: { ...record, n: 2 }, wait });
    const none = harness.ask({ op: 'create', id: 'a', groupId: '5', wait });
    await harness.rest();
    expect(same.answer).toMatchObject({ id: 'a', groupId: '5' });
    const error = (message: string) => ({ id: 'a', error: { code: 'id_conflict', message } });
    expect(other.answer).toMatchObject(error('a belongs to create of "5" with another record'));
    expect(none.answer).toMatchObject(error('a belongs to create of "5" with a record'));
    expect(harness.driven).toEqual(['a']);
  });
});

test('P7: a repeat is answered while no further record is accepted', async () => {
  const from = await openHarness();
  from.ask(FIVE);
  await from.rest();
  from.report(settled(from, 'a'));
  await from.rest();
  const full = await openHarness({ heldBytesMax: 1, from: from.journal.snapshot() });
  const repeat = full.ask(FIVE);
  await full.rest();
  expect(repeat.answer).toMatchObject({ id: 'a', state: 'committed' });
});

describe('P9: records are bounded', () => {
  test('one alone, by recordBytesMax', async () => {
    const harness = await openHarness();
    const fits = harness.ask({ ...FIVE, record: { a: 'é'.repeat(46) }, wait: 'accepted' });
    const large = harness.ask({ ...FIVE, id: 'b', groupId: '6', record: { a: 'é'.repeat(47) } });
    await harness.rest();
    expect(fits.answer).toMatchObject({ state: 'applying' });
    const message = 'record is larger than 100 bytes (recordBytesMax)';
    const error = { code: 'invalid_request', field: 'record', message };
    expect(large.answer).toMatchObject({ id: 'b', error });
  });

  test('those of all open commands, by heldBytesMax; others are still accepted', async () => {
    const harness = await openHarness();
    const large = { a: 'x'.repeat(80) };
    const create = (id: string, more: object) =>
      harness.ask({ op: 'create', id, groupId: id, wait: 'accepted', ...more });
    create('1', { record: large });
    const second = create('2', { record: large });
    const plain = create('3', {});
    await harness.rest();
    const error = { code: 'busy', message: expect.stringContaining('heldBytesMax') };
    expect(second.answer).toMatchObject({ error });
    expect(plain.answer).toMatchObject({ state: 'applying' });
    harness.report(settled(harness, '1'));
    await harness.rest();
    const again = create('2', { record: large });
    await harness.rest();
    expect(again.answer).toMatchObject({ state: 'applying' });
  });
});

test('P10: a record that the dialect has no place for is rejected by its field', async () => {
  const misfitOf = (text: string | undefined) =>
    text === undefined ? { field: 'record', message: 'record is missing' } : undefined;
  const harness = await openHarness({ misfitOf });
  const none = harness.ask({ op: 'create', id: 'x', groupId: '5' });
  const remove = harness.ask({ op: 'delete', groupId: '6', wait: 'accepted' });
  const fits = harness.ask({ ...FIVE, wait: 'accepted' });
  await harness.rest();
  const error = { code: 'invalid_request', field: 'record', message: 'record is missing' };
  expect(none.answer).toMatchObject({ id: 'x', error });
  for (const one of [remove, fits]) expect(one.answer).toHaveProperty('state');
});
