import { describe, expect, test } from 'vitest';
import { eventually, startPair } from '../support/client-pair.ts';

describe('the events', () => {
  test('come as they are published, those of the wanted topics alone', async () => {
    const { peer, client } = await startPair();
    const subscription = client.subscribe(['command.']);
    const events = subscription[Symbol.asyncIterator]();
    const first = events.next();
    let arrived = false;
    void first.then(() => {
      arrived = true;
    });
    // A subscription takes effect some time after it was made; until then events pass it by.
    await eventually(async () => {
      await peer.publish('thread.executor-1', {});
      await peer.publish('command.committed', { id: 'mine' });
      return arrived;
    }).toBe(true);
    expect((await first).value).toEqual({
      kind: 'command',
      topic: 'command.committed',
      payload: { id: 'mine' },
    });
    await events.return();
  });

  test('P10: count what was missed between those that came, by topic', async () => {
    const { peer, client } = await startPair();
    const subscription = client.subscribe(['command.']);
    const events = subscription[Symbol.asyncIterator]();
    const first = events.next();
    let arrived = false;
    void first.then(() => {
      arrived = true;
    });
    let number = 0;
    await eventually(async () => {
      await peer.publish('command.committed', { number: ++number });
      return arrived;
    }).toBe(true);
    expect(subscription.missed).toBe(0);
    const last = number;
    for (const payload of [{ number: last + 4 }, { number: 1 }, { number: 2 }, {}]) {
      await peer.publish('command.committed', payload);
    }
    await peer.publish('command.refused', { number: 7, id: 'end' });
    while ((await events.next()).value?.topic !== 'command.refused');
    expect(subscription.missed).toBe(3);
    await events.return();
  });

  test('end when the subscription is closed', async () => {
    const { client } = await startPair();
    const subscription = client.subscribe();
    setImmediate(() => subscription.close());
    for await (const event of subscription) expect.unreachable(event.topic);
  });
});
