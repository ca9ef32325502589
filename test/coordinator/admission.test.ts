import { describe, expect, test } from 'vitest';
import { openHarness } from './support/harness.ts';
import { settled } from './support/reports.ts';

describe('admission', () => {
  test('P9: beyond openMax commands are answered busy, with a time to come back', async () => {
    const harness = await openHarness({ openMax: 2 });
    const asked = ['a', 'b', 'c'].map((id) => harness.ask({ op: 'create', id, groupId: id }));
    await harness.rest();
    expect(asked[2]?.answer).toMatchObject({ error: { code: 'busy', retryAfterMs: 1000 } });
    expect(asked[0]?.isOpen).toBe(true);
    expect(harness.journal.commits.flatMap(({ accept }) => accept)).toHaveLength(2);
    harness.report(settled(harness, 'a'));
    await harness.rest();
    harness.ask({ op: 'create', id: 'c', groupId: 'c' });
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'b', 'c']);
  });

  test('P7: a full queue still answers repeats of what is in it', async () => {
    const harness = await openHarness({ openMax: 1 });
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const again = harness.ask({ op: 'create', id: 'a', groupId: '5', wait: 'accepted' });
    await harness.rest();
    expect(again.answer).toMatchObject({ id: 'a', state: 'applying' });
  });

  test('a key that the nodes cannot route is an invalid request, and not journaled', async () => {
    const harness = await openHarness();
    const asked = harness.ask({ op: 'create', groupId: 'a/b' });
    await harness.rest();
    expect(asked.answer).toMatchObject({ error: { code: 'invalid_request', field: 'groupId' } });
    expect(harness.journal.commits).toEqual([]);
  });

  test('a command without an id is given one, and its tokens and numbers rise', async () => {
    const harness = await openHarness();
    for (const groupId of ['5', '6', '7']) harness.ask({ op: 'create', groupId });
    await harness.rest();
    const commands = harness.ordersOf('drive').map(({ command }) => command);
    expect(commands.map(({ id }) => id)).toEqual(['given-1', 'given-2', 'given-3']);
    expect(commands.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const tokens = commands.map(({ token }) => Number(token.replace('.', '')));
    expect(tokens[1]).toBe((tokens[0] ?? 0) + 1);
    expect(tokens[2]).toBe((tokens[0] ?? 0) + 2);
  });

  test('a batch answers each command as if sent alone, in their order', async () => {
    const harness = await openHarness({ openMax: 3 });
    const asked = harness.ask({
      op: 'batch',
      commands: [
        { op: 'create', id: 'a', groupId: '5' },
        { op: 'ping' },
        { op: 'create', id: 'b' },
        { op: 'create', id: 'c', groupId: 'a/b' },
        { op: 'create', id: 'd', groupId: '6', wait: 'accepted' },
        'create',
        { op: 'delete', id: 'e', groupId: '7' },
        { op: 'delete', id: 'f', groupId: '8' },
      ],
    });
    await harness.rest();
    expect(asked.isOpen).toBe(true);
    harness.report(settled(harness, 'e'), settled(harness, 'a'));
    await harness.rest();
    expect(asked.answer).toMatchObject({
      results: [
        { id: 'a', state: 'committed' },
        { error: { code: 'invalid_request', field: 'commands.1.op' } },
        { id: 'b', error: { code: 'invalid_request', field: 'commands.2.groupId' } },
        { error: { code: 'invalid_request', field: 'groupId' } },
        { id: 'd', state: 'applying' },
        { error: { code: 'invalid_request', field: 'commands.5' } },
        { id: 'e', state: 'committed' },
        { error: { code: 'busy' } },
      ],
    });
  });

  test('P6: a batch stands where it was sent: before what came after it', async () => {
    const harness = await openHarness();
    harness.ask({
      op: 'batch',
      commands: [
        { op: 'create', id: 'a', groupId: '5' },
        { op: 'delete', id: 'b', groupId: '5' },
      ],
    });
    harness.ask({ op: 'create', id: 'c', groupId: '5' });
    for (const id of ['a', 'b', 'c']) {
      await harness.rest();
      harness.report(settled(harness, id));
    }
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'b', 'c']);
  });

  test('a batch of nothing but errors is answered', async () => {
    const harness = await openHarness();
    const asked = harness.ask({ op: 'batch', commands: [1, null] });
    await harness.rest();
    expect(asked.answer).toMatchObject({ results: [{ error: {} }, { error: {} }] });
  });
});

describe('the end', () => {
  test('draining: new commands are refused, repeats and questions are not, nothing is dispatched', async () => {
    const harness = await openHarness({ concurrency: 1 });
    const first = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    harness.ask({ op: 'create', id: 'b', groupId: '6' });
    await harness.rest();
    harness.coordinator.drain();
    const fresh = harness.ask({ op: 'create', id: 'c', groupId: '7' });
    const repeat = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    const ping = harness.ask({ op: 'ping' });
    await harness.rest();
    expect(harness.ordersOf('drain')).toHaveLength(1);
    expect(fresh.answer).toMatchObject({ error: { code: 'draining' } });
    expect(ping.answer).toMatchObject({ accepting: false });
    harness.report(settled(harness, 'a'), { kind: 'drained' });
    await harness.rest();
    expect(repeat.answer).toEqual(first.answer);
    expect(harness.driven).toEqual(['a']);
    expect(harness.drained).toBe(1);
  });

  test('it is drained when every executor is drained or lost, each counted once', async () => {
    const harness = await openHarness({ executors: 3 });
    harness.coordinator.lose(0);
    expect(harness.events).toContainEqual([
      'thread.executor-1',
      { thread: 'executor-1', state: 'lost' },
    ]);
    harness.coordinator.drain();
    harness.report({ kind: 'drained' }, { kind: 'drained' });
    harness.coordinator.lose(1);
    await harness.rest();
    expect(harness.drained).toBe(0);
    harness.report({ kind: 'drained' });
    await harness.rest();
    expect(harness.drained).toBe(1);
  });

  test('it is drained when every executor is', async () => {
    const harness = await openHarness({ executors: 3 });
    harness.coordinator.drain();
    await harness.rest();
    expect(harness.orders.map(({ executor }) => executor)).toEqual([0, 1, 2]);
    harness.report({ kind: 'drained' }, { kind: 'drained' });
    await harness.rest();
    expect(harness.drained).toBe(0);
    harness.report({ kind: 'drained' });
    await harness.rest();
    expect(harness.drained).toBe(1);
  });

  test('no command follows the order to drain, whatever was being picked when it came', async () => {
    const harness = await openHarness();
    harness.journal.holdTokens();
    harness.ask({ op: 'delete', id: 'a', groupId: '5' });
    await harness.rest();
    harness.coordinator.drain();
    await harness.rest();
    harness.journal.releaseTokens();
    await harness.rest();
    expect(harness.orders.map(({ order }) => order.kind)).toEqual(['drive', 'drain']);
  });

  test('an interruption does not wait for a commit', async () => {
    const harness = await openHarness({ executors: 2 });
    harness.journal.hold();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.coordinator.interrupt();
    expect(harness.ordersOf('interrupt')).toHaveLength(2);
  });

  test('P3: a client that waits at the end is answered that its command continues, once that is durable', async () => {
    const harness = await openHarness();
    const open = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.journal.hold();
    const fresh = harness.ask({ op: 'delete', id: 'b', groupId: '6' });
    const repeat = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const closing = harness.coordinator.close();
    const late = harness.ask({ op: 'create', id: 'c', groupId: '7' });
    await harness.rest();
    expect([fresh.isOpen, repeat.isOpen]).toEqual([true, true]);
    harness.journal.release();
    await closing;
    const draining = { error: { code: 'draining' } };
    expect(open.answer).toMatchObject({ id: 'a', ...draining });
    expect(repeat.answer).toMatchObject({ id: 'a', ...draining });
    expect(fresh.answer).toMatchObject({ id: 'b', ...draining });
    expect(fresh.answer).toMatchObject({
      error: { message: 'the daemon stops; the command is accepted' },
    });
    expect(late.answer).toMatchObject(draining);
    expect('id' in late.answer).toBe(false);
    expect(await harness.journal.find('b')).toMatchObject({ state: 'accepted' });
  });

  test('P3: if the last commit fails, no client hears that a command continues', async () => {
    const harness = await openHarness();
    harness.journal.hold();
    const asked = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const closing = harness.coordinator.close();
    harness.journal.failWith(new Error('the disk is full'));
    await closing;
    expect(asked.answers).toEqual([]);
    expect(harness.fatal).toHaveLength(1);
  });

  test('acts that arrived before the end still run: a settlement is not lost', async () => {
    const harness = await openHarness();
    const asked = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.coordinator.close();
    expect(asked.answer).toMatchObject({ state: 'committed' });
  });

  test('every question that is open at the end is answered, once', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const asked = [
      harness.ask({ op: 'status', id: 'a' }),
      harness.ask({ op: 'status' }),
      harness.ask({ op: 'stats' }),
      harness.ask({ op: 'cancel', id: 'a' }),
    ];
    await harness.rest();
    await harness.coordinator.close();
    expect(asked.map(({ answers }) => answers.length)).toEqual([1, 1, 1, 1]);
    // Its end can no longer be noted: the journal has the act as unfinished.
    expect(asked[3]?.answer).toMatchObject({ error: { code: 'draining' } });
  });
});
