/** Creates with a record: accepted, handed out, repeated, bounded. */
import { describe, expect, test } from 'vitest';
import type { Order } from '../../src/protocol/work.ts';
import { type Desk, openDesk } from './support/desk.ts';
import { settled } from './support/reports.ts';

const record = { email: 'ann@example.com', n: 1.5 };
const FIVE = { op: 'create', id: 'a', groupId: '5', record } as const;

function drives(desk: Desk): readonly Extract<Order, { kind: 'drive' }>[] {
  return desk.orders.flatMap(({ order }) => (order.kind === 'drive' ? [order] : []));
}

describe('a create with a record', () => {
  test('P2: its text is in the commit that accepts it, and goes to the executor as it came', async () => {
    const desk = await openDesk();
    desk.ask(FIVE);
    desk.ask({ op: 'create', id: 'b', groupId: '6' });
    await desk.rest();
    const accepts = desk.journal.commits.flatMap(({ accept }) => accept);
    expect(accepts.map((write) => write.record)).toEqual([JSON.stringify(record), undefined]);
    expect(drives(desk).map((order) => order.record)).toEqual([JSON.stringify(record), undefined]);
  });

  test('P2: after a crash it is handed out with the same text', async () => {
    const desk = await openDesk();
    desk.ask(FIVE);
    await desk.rest();
    const next = await openDesk({ from: desk.journal.snapshot() });
    await next.rest();
    expect(drives(next)).toMatchObject([{ command: { id: 'a' }, record: JSON.stringify(record) }]);
  });

  test('no answer and no event shows it', async () => {
    const desk = await openDesk();
    const asked = desk.ask(FIVE);
    await desk.rest();
    desk.report(settled(desk, 'a', { state: 'rolled_back', reason: 'deadline' }));
    await desk.rest();
    const shown = desk.ask({ op: 'status', id: 'a' });
    const list = desk.ask({ op: 'list' });
    await desk.rest();
    const all = JSON.stringify([asked.answer, shown.answer, list.answer, desk.events, desk.notes]);
    expect(all).not.toContain('ann@');
  });
});

describe('P7: the record is part of the content', () => {
  test.each(['open', 'settled'])('of a command that is %s', async (stage) => {
    const desk = await openDesk();
    desk.ask(FIVE);
    await desk.rest();
    if (stage === 'settled') desk.report(settled(desk, 'a'));
    await desk.rest();
    const wait = 'accepted' as const;
    const same = desk.ask({ ...FIVE, record: { n: 1.5, email: 'ann@example.com' }, wait });
    const other = desk.ask({ ...FIVE, record: { ...record, n: 2 }, wait });
    const none = desk.ask({ op: 'create', id: 'a', groupId: '5', wait });
    await desk.rest();
    expect(same.answer).toMatchObject({ id: 'a', groupId: '5' });
    const error = (message: string) => ({ id: 'a', error: { code: 'id_conflict', message } });
    expect(other.answer).toMatchObject(error('a belongs to create of "5" with another record'));
    expect(none.answer).toMatchObject(error('a belongs to create of "5" with a record'));
    expect(desk.driven).toEqual(['a']);
  });
});

test('P7: a repeat is answered while no further record is accepted', async () => {
  const from = await openDesk();
  from.ask(FIVE);
  await from.rest();
  from.report(settled(from, 'a'));
  await from.rest();
  const full = await openDesk({ heldBytesMax: 1, from: from.journal.snapshot() });
  const repeat = full.ask(FIVE);
  await full.rest();
  expect(repeat.answer).toMatchObject({ id: 'a', state: 'committed' });
});

describe('P9: records are bounded', () => {
  test('one alone, by recordBytesMax', async () => {
    const desk = await openDesk();
    const fits = desk.ask({ ...FIVE, record: { a: 'é'.repeat(46) }, wait: 'accepted' });
    const large = desk.ask({ ...FIVE, id: 'b', groupId: '6', record: { a: 'é'.repeat(47) } });
    await desk.rest();
    expect(fits.answer).toMatchObject({ state: 'applying' });
    const message = 'record is larger than 100 bytes (recordBytesMax)';
    const error = { code: 'invalid_request', field: 'record', message };
    expect(large.answer).toMatchObject({ id: 'b', error });
  });

  test('those of all open commands, by heldBytesMax; others are still accepted', async () => {
    const desk = await openDesk();
    const large = { a: 'x'.repeat(80) };
    const create = (id: string, more: object) =>
      desk.ask({ op: 'create', id, groupId: id, wait: 'accepted', ...more });
    create('1', { record: large });
    const second = create('2', { record: large });
    const plain = create('3', {});
    await desk.rest();
    const error = { code: 'busy', message: expect.stringContaining('heldBytesMax') };
    expect(second.answer).toMatchObject({ error });
    expect(plain.answer).toMatchObject({ state: 'applying' });
    desk.report(settled(desk, '1'));
    await desk.rest();
    const again = create('2', { record: large });
    await desk.rest();
    expect(again.answer).toMatchObject({ state: 'applying' });
  });
});

test('P10: a record that the dialect has no place for is rejected by its field', async () => {
  const misfitOf = (text: string | undefined) =>
    text === undefined ? { field: 'record', message: 'record is missing' } : undefined;
  const desk = await openDesk({ misfitOf });
  const none = desk.ask({ op: 'create', id: 'x', groupId: '5' });
  const remove = desk.ask({ op: 'delete', groupId: '6', wait: 'accepted' });
  const fits = desk.ask({ ...FIVE, wait: 'accepted' });
  await desk.rest();
  const error = { code: 'invalid_request', field: 'record', message: 'record is missing' };
  expect(none.answer).toMatchObject({ id: 'x', error });
  for (const one of [remove, fits]) expect(one.answer).toHaveProperty('state');
});
