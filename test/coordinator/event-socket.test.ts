import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { curveKeyPair, Subscriber, XPublisher } from 'zeromq';
import { EventSocket, eventOptions } from '../../src/coordinator/sockets/event-socket.ts';
import { ZmtpPeer } from '../support/zmtp-peer.ts';
import { closing } from './support/closing.ts';

/** For a machine under load. */
const WAIT = { timeout: 10_000 };

describe('events', () => {
  async function openEvents() {
    const socket = closing(new XPublisher(eventOptions()));
    const onManyTopics = vi.fn();
    const events = new EventSocket({ socket, onManyTopics, onError: fail });
    onTestFinished(() => events.flushed());
    await socket.bind('tcp://127.0.0.1:*');
    void events.follow();
    return { events, onManyTopics, endpoint: socket.lastEndpoint ?? '' };
  }

  function subscribe(endpoint: string, topic: string): Subscriber {
    const subscriber = closing(new Subscriber({ linger: 0 }));
    subscriber.connect(endpoint);
    subscriber.subscribe(topic);
    return subscriber;
  }

  /** Publishes until it hears it: the subscription has arrived. */
  async function untilHeard(
    events: EventSocket,
    topic: string,
    subscriber: Subscriber,
  ): Promise<void> {
    const heard = subscriber.receive();
    let isHeard = false;
    void heard.then(() => {
      isHeard = true;
    });
    await vi.waitUntil(() => {
      if (!isHeard) events.publish(topic, () => ({}));
      return isHeard;
    }, WAIT);
  }

  test('reach who asked for their topic, by its beginning, and cost nothing before', async () => {
    const { events, endpoint } = await openEvents();
    const payload = vi.fn(() => ({ id: 'a' }));
    events.publish('command.committed', payload);
    expect(payload).not.toHaveBeenCalled();
    const subscriber = subscribe(endpoint, 'command.');
    await untilHeard(events, 'command.stuck', subscriber);
    events.publish('command.refused', () => ({ id: 'b' }));
    const seen: string[][] = [];
    while (seen.at(-1)?.[0] !== 'command.refused') {
      seen.push((await subscriber.receive()).map(String));
    }
    expect(seen.at(-1)).toEqual(['command.refused', '{"id":"b"}']);
    expect(seen.map(([topic]) => topic)).not.toContain('breaker.node02');
    events.publish('breaker.node02', payload);
    expect(payload).not.toHaveBeenCalled();
  });

  test.each(['without CURVE', 'with CURVE'])(
    'P9: a topic of 255 bytes is taken, and a longer one ends the connection: %s',
    async (how) => {
      const [server, client] = [curveKeyPair(), curveKeyPair()];
      const isCurve = how === 'with CURVE';
      const socket = closing(new XPublisher(eventOptions(isCurve ? server.secretKey : undefined)));
      const events = new EventSocket({ socket, onManyTopics: vi.fn(), onError: fail });
      onTestFinished(() => events.flushed());
      await socket.bind('tcp://127.0.0.1:*');
      void events.follow();
      const keys = {
        curveServerKey: server.publicKey,
        curvePublicKey: client.publicKey,
        curveSecretKey: client.secretKey,
      };
      const ask = (topic: string, onDisconnect = (): void => {}): Subscriber => {
        const subscriber = closing(new Subscriber({ linger: 0, ...(isCurve ? keys : {}) }));
        // It is not connected again, so nothing is seen later.
        subscriber.events.on('disconnect', onDisconnect);
        subscriber.connect(socket.lastEndpoint ?? '');
        subscriber.subscribe(topic);
        return subscriber;
      };
      await untilHeard(events, 'x'.repeat(255), ask('x'.repeat(255)));
      await new Promise<void>((resolve) => ask('x'.repeat(256), resolve));
    },
  );

  test('P10: a peer that ends a subscription it never had silences no other', async () => {
    const { events, endpoint } = await openEvents();
    const honest = subscribe(endpoint, 'command.');
    await untilHeard(events, 'command.stuck', honest);
    using other = new ZmtpPeer(endpoint, 'SUB');
    other.say(0, 'command.');
    other.say(2, 'command.');
    // What it asks for itself comes behind that.
    other.say(1, 'lane.');
    await vi.waitUntil(() => {
      events.publish('lane.bulk', () => ({}));
      return other.heard.includes('lane.bulk');
    }, WAIT);
    events.publish('command.refused', () => ({ id: 'b' }));
    for (let topic = ''; topic !== 'command.refused'; ) {
      topic = String((await honest.receive())[0]);
    }
    const late = subscribe(endpoint, 'command.');
    await untilHeard(events, 'command.stuck', late);
  });

  test('P9: of very many topics none is kept apart, and each is heard', async () => {
    const { events, endpoint } = await openEvents();
    using other = new ZmtpPeer(endpoint, 'SUB');
    for (let count = 0; count < 1000; count++) other.say(1, `topic-${count}.`);
    other.say(1, 'lane.');
    await vi.waitUntil(() => {
      events.publish('lane.bulk', () => ({}));
      return other.heard.includes('lane.bulk');
    }, WAIT);
    const payload = vi.fn(() => ({}));
    events.publish('nobody.asked', payload);
    expect(payload).toHaveBeenCalled();
  });

  test('P9: topics of more than 16 KiB are reported once: their memory is free when the socket is closed', async () => {
    const { events, endpoint, onManyTopics } = await openEvents();
    await untilHeard(events, 'command.stuck', subscribe(endpoint, 'command.'));
    using other = new ZmtpPeer(endpoint, 'SUB');
    for (let count = 0; count < 65; count++) other.say(1, `${count}`.padStart(250, 'x'));
    other.say(1, 'lane.');
    await vi.waitUntil(() => {
      events.publish('lane.bulk', () => ({}));
      return other.heard.includes('lane.bulk');
    }, WAIT);
    expect(onManyTopics).not.toHaveBeenCalled();
    await other.subscribe(1000, 250);
    other.say(1, 'node.');
    await vi.waitUntil(() => {
      events.publish('node.node01', () => ({}));
      return other.heard.includes('node.node01');
    }, WAIT);
    expect(onManyTopics).toHaveBeenCalledTimes(1);
  });

  test('P9: a topic that is asked for again and again is counted once: its memory is that of one', async () => {
    const { events, endpoint, onManyTopics } = await openEvents();
    await untilHeard(events, 'command.stuck', subscribe(endpoint, ''));
    using other = new ZmtpPeer(endpoint, 'SUB');
    for (let count = 0; count < 2100; count++) {
      other.say(1, 'command.');
      other.say(0, 'command.');
    }
    other.say(1, 'lane.');
    await vi.waitUntil(() => {
      events.publish('lane.bulk', () => ({}));
      return other.heard.includes('lane.bulk');
    }, WAIT);
    expect(onManyTopics).not.toHaveBeenCalled();
  });

  test('P9: a subscriber that does not read loses the events beyond its bound, others get all', async () => {
    const { events, endpoint } = await openEvents();
    const honest = subscribe(endpoint, 'command.');
    await untilHeard(events, 'command.stuck', honest);
    const slow = subscribe(endpoint, 'command.');
    slow.receiveHighWaterMark = 1;
    await untilHeard(events, 'command.stuck', slow);
    const words = 'x'.repeat(8000);
    for (let number = 1; number <= 4000; ) {
      events.publish('command.refused', () => ({ number, words }));
      let topic = '';
      let payload = '';
      while (topic !== 'command.refused')
        [topic = '', payload = ''] = (await honest.receive()).map(String);
      expect(JSON.parse(payload)).toMatchObject({ number: number++ });
    }
    let read = 0;
    slow.receiveTimeout = 500;
    while ((await slow.receive().catch(() => undefined)) !== undefined) read++;
    expect(read).toBeGreaterThan(1900);
    expect(read).toBeLessThan(4000);
  });

  test('P9: a topic longer than any costs its sender the connection', async () => {
    const { events, endpoint } = await openEvents();
    using other = new ZmtpPeer(endpoint, 'SUB');
    other.sayLong(Buffer.alloc(2000, 1));
    await other.closed;
    await untilHeard(events, 'command.stuck', subscribe(endpoint, 'command.'));
  });
});

function fail(error: unknown): never {
  throw error;
}
