/** A delete that cannot be undone, as the coordinator and its clients see it. */
import { expect, test } from 'vitest';
import { type Desk, openDesk, POLICY } from './support/desk.ts';

const FOUND = { presence: 'present', body: '{}', shown: false } as const;
const IRREVERSIBLE = { ...POLICY, restores: false };

/** A delete that has begun. */
async function begun(desk: Desk, id: string): Promise<void> {
  desk.ask({ op: 'delete', id, groupId: id });
  await desk.rest();
  const findings = { node01: FOUND, node02: FOUND, node03: FOUND };
  const entry = { kind: 'began', at: desk.clock.now(), findings } as const;
  desk.report({ kind: 'entries', seq: desk.seqOf(id), entries: [entry] });
  await desk.rest();
}

function stuck(desk: Desk, id: string): void {
  const entry = { kind: 'stuck', at: desk.clock.now() } as const;
  desk.report({ kind: 'entries', seq: desk.seqOf(id), entries: [entry] });
}

test('P5: a delete that is stuck past its point of no return says so, and frees its slot', async () => {
  const desk = await openDesk({ policy: IRREVERSIBLE, concurrency: 1 });
  await begun(desk, 'a');
  desk.ask({ op: 'create', id: 'b', groupId: 'b' });
  await desk.rest();
  expect(desk.driven).toEqual(['a']);
  stuck(desk, 'a');
  await desk.rest();
  expect(desk.driven).toEqual(['a', 'b']);
  const list = desk.ask({ op: 'list', stuck: true });
  await desk.rest();
  expect(list.answer).toMatchObject({
    commands: [{ id: 'a', state: 'applying', stuck: true, forwardOnly: true }],
  });
  expect(desk.events).toContainEqual([
    'command.stuck',
    expect.objectContaining({ state: 'applying', stuck: true, forwardOnly: true }),
  ]);
});

test('P5: its executor may be told to abandon it; a delete that can be undone has to turn first', async () => {
  for (const [policy, orders] of [
    [IRREVERSIBLE, 1],
    [POLICY, 0],
  ] as const) {
    const desk = await openDesk({ policy });
    await begun(desk, 'a');
    const one = desk.ask({ op: 'abandon', id: 'a' });
    const many = desk.ask({ op: 'abandon', filter: {}, dryRun: true });
    await desk.rest();
    expect(desk.ordersOf('operate')).toHaveLength(orders);
    expect(many.answer).toMatchObject({ matched: orders });
    if (orders === 0) expect(one.answer).toMatchObject({ error: { code: 'invalid_request' } });
  }
});
