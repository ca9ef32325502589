import { describe, expect, test } from 'vitest';
import { errorReply } from '../../src/protocol/errors.ts';
import { creates, eventually, startPair } from '../support/client-pair.ts';

describe('a client that persists', () => {
  test('gets through the restart of a daemon that drains', async () => {
    const { peer, client } = await startPair({
      instead: ({ op }) =>
        op === 'create' ? errorReply('draining', 'the daemon is stopping') : undefined,
    });
    const answer = client.create('5', { persist: true });
    await eventually(() => creates(peer).length).toBeGreaterThan(0);
    peer.script.instead = () => undefined;
    await peer.restart();
    expect(await answer).toMatchObject({ groupId: '5', state: 'committed' });
  });

  test('waits as long as a busy daemon says', async () => {
    const { peer, client } = await startPair({
      instead: ({ op }) =>
        op === 'create' && creates(peer).length < 3
          ? errorReply('busy', 'full', { retryAfterMs: 5 })
          : undefined,
    });
    expect(await client.create('5', { persist: true })).toMatchObject({ state: 'committed' });
    expect(creates(peer).length).toBe(3);
  });

  test('hands the error on when the wait would outlast its time, or without persist', async () => {
    const { client } = await startPair({
      instead: ({ op }) =>
        op === 'create' ? errorReply('busy', 'full', { retryAfterMs: 60_000 }) : undefined,
    });
    const busy = { error: { code: 'busy' } };
    expect(await client.create('5', { persist: true, timeoutMs: 10_000 })).toMatchObject(busy);
    expect(await client.create('5')).toMatchObject(busy);
  });

  // Node 20 warns of more than ten listeners of one signal; Node 24 never does.
  test('is one of hundreds that wait, without a warning of Node', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', note);
    let isBusy = true;
    const { peer, client } = await startPair({
      instead: ({ op }) =>
        op === 'create' && isBusy ? errorReply('busy', 'full', { retryAfterMs: 50 }) : undefined,
    });
    const all = Array.from({ length: 200 }, (_, key) => client.create(`${key}`, { persist: true }));
    await eventually(() => creates(peer).length).toBeGreaterThan(400);
    isBusy = false;
    expect((await Promise.all(all)).every((answer) => 'state' in answer)).toBe(true);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  test('ends with the client', async () => {
    const { peer, client } = await startPair({
      instead: ({ op }) =>
        op === 'create' ? errorReply('busy', 'full', { retryAfterMs: 60_000 }) : undefined,
    });
    const waiting = client.create('5', { persist: true, timeoutMs: 100_000 });
    await eventually(() => creates(peer).length).toBe(1);
    await client.ping();
    client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
  });
});
