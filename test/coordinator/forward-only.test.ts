/** A delete that cannot be undone, as the coordinator and its clients see it. */
import { expect, test } from 'vitest';
import { type Harness, openHarness, POLICY } from './support/harness.ts';

const FOUND = { presence: 'present', body: '{}', shown: false } as const;
const IRREVERSIBLE = { ...POLICY, restores: false };

/** A delete that has begun. */
async function begun(harness: Harness, id: string): Promise<void> {
  harness.ask({ op: 'delete', id, groupId: id });
  await harness.rest();
  const findings = { node01: FOUND, node02: FOUND, node03: FOUND };
  const entry = { kind: 'began', at: harness.clock.now(), findings } as const;
  harness.report({ kind: 'entries', seq: harness.seqOf(id), entries: [entry] });
  await harness.rest();
}

function stuck(harness: Harness, id: string): void {
  const entry = { kind: 'stuck', at: harness.clock.now() } as const;
  harness.report({ kind: 'entries', seq: harness.seqOf(id), entries: [entry] });
}

test('P5: a delete that is stuck past its point of no return says so, and frees its slot', async () => {
  const harness = await openHarness({ policy: IRREVERSIBLE, concurrency: 1 });
  await begun(harness, 'a');
  harness.ask({ op: 'create', id: 'b', groupId: 'b' });
  await harness.rest();
  expect(harness.driven).toEqual(['a']);
  stuck(harness, 'a');
  await harness.rest();
  expect(harness.driven).toEqual(['a', 'b']);
  const list = harness.ask({ op: 'list', stuck: true });
  await harness.rest();
  expect(list.answer).toMatchObject({
    commands: [{ id: 'a', state: 'applying', stuck: true, forwardOnly: true }],
  });
  expect(harness.events).toContainEqual([
    'command.stuck',
    expect.objectContaining({ state: 'applying', stuck: true, forwardOnly: true }),
  ]);
});

test('P5: its executor may be told to abandon it; a delete that can be undone has to turn first', async () => {
  for (const [policy, orders] of [
    [IRREVERSIBLE, 1],
    [POLICY, 0],
  ] as const) {
    const harness = await openHarness({ policy });
    await begun(harness, 'a');
    const one = harness.ask({ op: 'abandon', id: 'a' });
    const many = harness.ask({ op: 'abandon', filter: {}, dryRun: true });
    await harness.rest();
    expect(harness.ordersOf('operate')).toHaveLength(orders);
    expect(many.answer).toMatchObject({ matched: orders });
    if (orders === 0) expect(one.answer).toMatchObject({ error: { code: 'invalid_request' } });
  }
});

test('P6: after a restart a delete that is stuck takes no slot', async () => {
  const before = await openHarness({ policy: IRREVERSIBLE, concurrency: 1 });
  await begun(before, 'a');
  stuck(before, 'a');
  await before.rest();
  const { clock } = before;
  const harness = await openHarness({
    policy: IRREVERSIBLE,
    concurrency: 1,
    clock,
    from: before.crash(),
  });
  harness.ask({ op: 'create', id: 'b', groupId: 'b' });
  await harness.rest();
  expect(harness.driven).toEqual(['a', 'b']);
});

test('P6: past its deadline a delete that goes forward keeps no slot from other keys, after a restart too', async () => {
  const limited = { policy: IRREVERSIBLE, concurrency: 1 };
  const before = await openHarness(limited);
  await begun(before, 'a');
  before.ask({ op: 'create', id: 'b', groupId: 'b', deadlineMs: 3_600_000 });
  await before.advance(29_000);
  expect(before.driven).toEqual(['a']);
  await before.advance(2000);
  expect(before.driven).toEqual(['a', 'b']);
  const after = await openHarness({ ...limited, clock: before.clock, from: before.crash() });
  await after.rest();
  expect(after.driven.toSorted()).toEqual(['a', 'b']);
});
