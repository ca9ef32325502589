import { describe, expect, test } from 'vitest';
import { openDesk } from './support/desk.ts';
import { settled } from './support/reports.ts';

describe('admission', () => {
  test('P9: beyond openMax commands are answered busy, with a time to come back', async () => {
    const desk = await openDesk({ openMax: 2 });
    const asked = ['a', 'b', 'c'].map((id) => desk.ask({ op: 'create', id, groupId: id }));
    await desk.rest();
    expect(asked[2]?.answer).toMatchObject({ error: { code: 'busy', retryAfterMs: 1000 } });
    expect(asked[0]?.isOpen).toBe(true);
    expect(desk.journal.commits.flatMap(({ accept }) => accept)).toHaveLength(2);
    desk.report(settled(desk, 'a'));
    await desk.rest();
    desk.ask({ op: 'create', id: 'c', groupId: 'c' });
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'b', 'c']);
  });

  test('P7: a full queue still answers repeats of what is in it', async () => {
    const desk = await openDesk({ openMax: 1 });
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    const again = desk.ask({ op: 'create', id: 'a', groupId: '5', wait: 'accepted' });
    await desk.rest();
    expect(again.answer).toMatchObject({ id: 'a', state: 'applying' });
  });

  test('a key that the nodes cannot route is an invalid request, and not journaled', async () => {
    const desk = await openDesk();
    const asked = desk.ask({ op: 'create', groupId: 'a/b' });
    await desk.rest();
    expect(asked.answer).toMatchObject({ error: { code: 'invalid_request', field: 'groupId' } });
    expect(desk.journal.commits).toEqual([]);
  });

  test('a command without an id is given one, and its tokens and numbers rise', async () => {
    const desk = await openDesk();
    for (const groupId of ['5', '6', '7']) desk.ask({ op: 'create', groupId });
    await desk.rest();
    const commands = desk.ordersOf('drive').map(({ command }) => command);
    expect(commands.map(({ id }) => id)).toEqual(['given-1', 'given-2', 'given-3']);
    expect(commands.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const tokens = commands.map(({ token }) => Number(token.replace('.', '')));
    expect(tokens[1]).toBe((tokens[0] ?? 0) + 1);
    expect(tokens[2]).toBe((tokens[0] ?? 0) + 2);
  });

  test('a batch answers each command as if sent alone, in their order', async () => {
    const desk = await openDesk({ openMax: 3 });
    const asked = desk.ask({
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
    await desk.rest();
    expect(asked.isOpen).toBe(true);
    desk.report(settled(desk, 'e'), settled(desk, 'a'));
    await desk.rest();
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
    const desk = await openDesk();
    desk.ask({
      op: 'batch',
      commands: [
        { op: 'create', id: 'a', groupId: '5' },
        { op: 'delete', id: 'b', groupId: '5' },
      ],
    });
    desk.ask({ op: 'create', id: 'c', groupId: '5' });
    for (const id of ['a', 'b', 'c']) {
      await desk.rest();
      desk.report(settled(desk, id));
    }
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'b', 'c']);
  });

  test('a batch of nothing but errors is answered', async () => {
    const desk = await openDesk();
    const asked = desk.ask({ op: 'batch', commands: [1, null] });
    await desk.rest();
    expect(asked.answer).toMatchObject({ results: [{ error: {} }, { error: {} }] });
  });
});

describe('the end', () => {
  test('draining: new commands are refused, repeats and questions are not, nothing is dispatched', async () => {
    const desk = await openDesk({ concurrency: 1 });
    const first = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    desk.ask({ op: 'create', id: 'b', groupId: '6' });
    await desk.rest();
    desk.coordinator.drain();
    const fresh = desk.ask({ op: 'create', id: 'c', groupId: '7' });
    const repeat = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    const ping = desk.ask({ op: 'ping' });
    await desk.rest();
    expect(desk.ordersOf('drain')).toHaveLength(1);
    expect(fresh.answer).toMatchObject({ error: { code: 'draining' } });
    expect(ping.answer).toMatchObject({ accepting: false });
    desk.report(settled(desk, 'a'), { kind: 'drained' });
    await desk.rest();
    expect(repeat.answer).toEqual(first.answer);
    expect(desk.driven).toEqual(['a']);
    expect(desk.drained).toBe(1);
  });

  test('it is drained when every executor is drained or lost, each counted once', async () => {
    const desk = await openDesk({ executors: 3 });
    desk.coordinator.lose(0);
    expect(desk.events).toContainEqual([
      'thread.executor-1',
      { thread: 'executor-1', state: 'lost' },
    ]);
    desk.coordinator.drain();
    desk.report({ kind: 'drained' }, { kind: 'drained' });
    desk.coordinator.lose(1);
    await desk.rest();
    expect(desk.drained).toBe(0);
    desk.report({ kind: 'drained' });
    await desk.rest();
    expect(desk.drained).toBe(1);
  });

  test('it is drained when every executor is', async () => {
    const desk = await openDesk({ executors: 3 });
    desk.coordinator.drain();
    await desk.rest();
    expect(desk.orders.map(({ executor }) => executor)).toEqual([0, 1, 2]);
    desk.report({ kind: 'drained' }, { kind: 'drained' });
    await desk.rest();
    expect(desk.drained).toBe(0);
    desk.report({ kind: 'drained' });
    await desk.rest();
    expect(desk.drained).toBe(1);
  });

  test('no command follows the order to drain, whatever was being picked when it came', async () => {
    const desk = await openDesk();
    desk.journal.holdTokens();
    desk.ask({ op: 'delete', id: 'a', groupId: '5' });
    await desk.rest();
    desk.coordinator.drain();
    await desk.rest();
    desk.journal.releaseTokens();
    await desk.rest();
    expect(desk.orders.map(({ order }) => order.kind)).toEqual(['drive', 'drain']);
  });

  test('an interruption does not wait for a commit', async () => {
    const desk = await openDesk({ executors: 2 });
    desk.journal.hold();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    desk.coordinator.interrupt();
    expect(desk.ordersOf('interrupt')).toHaveLength(2);
  });

  test('P3: who still waits at the end is told that the command goes on, once that is durable', async () => {
    const desk = await openDesk();
    const open = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    desk.journal.hold();
    const fresh = desk.ask({ op: 'delete', id: 'b', groupId: '6' });
    const repeat = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    const closing = desk.coordinator.close();
    const late = desk.ask({ op: 'create', id: 'c', groupId: '7' });
    await desk.rest();
    expect([fresh.isOpen, repeat.isOpen]).toEqual([true, true]);
    desk.journal.release();
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
    expect(await desk.journal.find('b')).toMatchObject({ state: 'accepted' });
  });

  test('P3: if the last commit fails, nobody is told that a command goes on', async () => {
    const desk = await openDesk();
    desk.journal.hold();
    const asked = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    const closing = desk.coordinator.close();
    desk.journal.failWith(new Error('the disk is full'));
    await closing;
    expect(asked.answers).toEqual([]);
    expect(desk.fatal).toHaveLength(1);
  });

  test('what has arrived before the end is still done: a settlement is not lost', async () => {
    const desk = await openDesk();
    const asked = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.coordinator.close();
    expect(asked.answer).toMatchObject({ state: 'committed' });
  });

  test('every question that is open at the end is answered, once', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    const asked = [
      desk.ask({ op: 'status', id: 'a' }),
      desk.ask({ op: 'status' }),
      desk.ask({ op: 'stats' }),
      desk.ask({ op: 'cancel', id: 'a' }),
    ];
    await desk.rest();
    await desk.coordinator.close();
    expect(asked.map(({ answers }) => answers.length)).toEqual([1, 1, 1, 1]);
    expect(asked[3]?.answer).toMatchObject({ id: 'a', state: 'applying' });
  });
});
