/** Commands that are too old by the time they arrive, and clocks that do not agree. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { DaemonClock } from '../../src/client/daemon-clock.ts';
import { isError, LockstepClient } from '../../src/client/index.ts';
import { creates, eventually, startPair, startPeer } from '../support/client-pair.ts';

const YEAR_MS = 365 * 24 * 3_600_000;
/** The least that a command is worth doing for, and some more: here it is time itself that is waited for. */
const PAST_MS = 1200;
const EXPIRED = { error: { code: 'expired' } };

/** A clock of the peer's that a test can set. */
function settable(aheadMs = 0) {
  const clock = { aheadMs, now: () => Math.floor(Date.now() + clock.aheadMs) };
  return clock;
}

describe('expiresAt', () => {
  test('is sent with every command once an answer has told the clock, and is its deadline from now', async () => {
    const { peer, client } = await startPair();
    const before = Date.now();
    await client.create('a', { deadlineMs: 5000 });
    await client.delete('a');
    await client.batch([{ op: 'create', groupId: 'b', deadlineMs: 7000 }]);
    const after = Date.now();
    const sent = peer.seen.flatMap((request): readonly object[] =>
      request.op === 'batch' ? (request.commands as object[]) : [request],
    );
    const times = sent.flatMap((one) => ('expiresAt' in one ? [Number(one.expiresAt)] : []));
    expect(times).toHaveLength(3);
    for (const [index, termMs] of [5000, 30_000, 7000].entries()) {
      expect(times[index]).toBeGreaterThan(before + termMs - 1000);
      expect(times[index]).toBeLessThanOrEqual(after + termMs);
    }
  });

  test('is not sent before an answer has told the clock, nor to a daemon that does not tell it', async () => {
    const peer = await startPeer();
    const client = new LockstepClient({ endpoint: peer.endpoint });
    onTestFinished(() => client.close());
    await client.create('a');
    const { peer: old, client: other } = await startPair({ clock: () => undefined });
    await other.create('a');
    for (const one of [peer, old]) expect(creates(one)[0]).not.toHaveProperty('expiresAt');
  });

  test('of the caller is left as it is, and is not asked again', async () => {
    const { peer, client } = await startPair();
    expect(await client.create('a', { expiresAt: 5 })).toMatchObject(EXPIRED);
    expect(creates(peer)).toMatchObject([{ expiresAt: 5 }]);
  });

  test('is as far as the caller waits, where it persists', async () => {
    const { peer, client } = await startPair();
    const before = Date.now();
    await client.create('a', { persist: true, timeoutMs: 100_000, deadlineMs: 500 });
    const [{ expiresAt = 0 } = {}] = creates(peer) as { expiresAt?: number }[];
    expect(expiresAt).toBeGreaterThan(before + 99_000);
  });
});

describe('a command that was on its way for too long', () => {
  test('is not done by a daemon that comes later, and the caller gets `expired`', async () => {
    const { peer, client } = await startPair();
    peer.down();
    const answer = client.create('a', { id: 'mine', deadlineMs: 1000, timeoutMs: 60_000 });
    const other = client.create('b', { deadlineMs: 60_000 });
    await sleep(PAST_MS);
    await peer.up();
    expect(await answer).toMatchObject({ id: 'mine', ...EXPIRED });
    expect(await other).toMatchObject({ state: 'committed' });
    // Once, for this client knows itself that it is too late.
    expect(creates(peer).filter(({ groupId }) => groupId === 'a')).toHaveLength(1);
    expect(peer.nodes['node01']).toEqual(new Set(['b']));
    expect(await client.create('a', { id: 'mine' })).toMatchObject({ state: 'committed' });
  });

  test('is not done either where the client had never heard of a daemon before', async () => {
    const peer = await startPeer();
    peer.down();
    const client = new LockstepClient({ endpoint: peer.endpoint });
    onTestFinished(() => client.close());
    const answer = client.create('a', { deadlineMs: 1000, timeoutMs: 60_000 });
    await sleep(PAST_MS);
    await peer.up();
    expect(await answer).toMatchObject(EXPIRED);
    expect(creates(peer)).toMatchObject([{ expiresAt: 0 }]);
    expect(peer.nodes['node01']?.size).toBe(0);
  });

  test('P7: hears the first outcome if it has been done already', async () => {
    const { peer, client } = await startPair({ mute: ({ op }) => op === 'create' });
    const answer = client.create('a', { id: 'mine', deadlineMs: 1000, timeoutMs: 60_000 });
    await eventually(() => creates(peer).length).toBe(1);
    peer.down();
    peer.script.mute = () => false;
    await sleep(PAST_MS);
    await peer.up();
    expect(await answer).toMatchObject({ id: 'mine', state: 'committed' });
  });
});

describe('a clock that the client has wrong', () => {
  test.each([-3 * YEAR_MS, 3 * YEAR_MS])(
    'costs nothing where it is only years off (%d ms)',
    async (aheadMs) => {
      const clock = settable(aheadMs);
      const { peer, client } = await startPair({ clock: clock.now });
      expect(await client.create('a')).toMatchObject({ state: 'committed' });
      expect(creates(peer)).toHaveLength(1);
    },
  );

  test('costs one repeat where it is set on between two lives of the daemon', async () => {
    const clock = settable();
    const { peer, client } = await startPair({ clock: clock.now });
    peer.down();
    clock.aheadMs = YEAR_MS;
    await peer.up();
    expect(await client.create('a', { id: 'mine' })).toMatchObject({ state: 'committed' });
    expect(creates(peer)).toMatchObject([{ id: 'mine' }, { id: 'mine' }]);
    await client.create('b');
    expect(creates(peer)).toHaveLength(3);
  });

  test('costs one repeat of a batch, of those commands alone that are still wanted', async () => {
    const clock = settable();
    const { peer, client } = await startPair({ clock: clock.now });
    await client.create('known', { id: 'known' });
    clock.aheadMs = YEAR_MS;
    const answer = await client.batch([
      { op: 'create', groupId: 'known', id: 'known' },
      { op: 'create', groupId: 'a' },
      { op: 'create', groupId: 'late', expiresAt: 5 },
      { op: 'create', groupId: '' },
      { op: 'delete', groupId: 'b' },
    ]);
    expect(answer).toMatchObject({
      results: [
        { id: 'known', state: 'committed' },
        { groupId: 'a', state: 'committed' },
        EXPIRED,
        { error: { field: 'commands.3.groupId' } },
        { groupId: 'b', op: 'delete', state: 'committed' },
      ],
    });
    const batches = peer.seen.filter((request) => request.op === 'batch');
    expect(batches.map(({ commands }) => commands.length)).toEqual([5, 2]);
  });

  test('costs no more than one repeat, even if the daemon repeats that answer', async () => {
    const clock = settable();
    const ahead = (): number => {
      clock.aheadMs += YEAR_MS;
      return clock.now();
    };
    const { peer, client } = await startPair({ clock: ahead });
    expect(await client.create('a')).toMatchObject(EXPIRED);
    expect(creates(peer)).toHaveLength(2);
  });

  test('follows the fastest answer of a minute', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const clock = new DaemonClock();
    const now = (): number | undefined => clock.of(performance.now());
    expect(clock.of(performance.now() + 1)).toBeUndefined();
    expect(now()).toBe(0);
    clock.receive(50_000);
    vi.advanceTimersByTime(1000);
    // This answer took half a second.
    clock.receive(50_500);
    expect(now()).toBe(51_000);
    clock.receive(51_200);
    expect(now()).toBe(51_200);
    vi.advanceTimersByTime(60_000);
    expect(now()).toBe(111_200);
    clock.receive(40_000);
    expect(now()).toBe(40_000);
  });
});

test('an answer says no clock to the caller: asked for again, it is the same', async () => {
  const { client } = await startPair();
  const first = await client.create('a', { id: 'mine' });
  expect(isError(first)).toBe(false);
  expect(await client.create('a', { id: 'mine' })).toEqual(first);
});
