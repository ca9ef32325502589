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

  test('end when the subscription is closed', async () => {
    const { client } = await startPair();
    const subscription = client.subscribe();
    setImmediate(() => subscription.close());
    for await (const event of subscription) expect.unreachable(event.topic);
  });
});
