import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Dealer, Request, Router, Subscriber, XPublisher } from 'zeromq';
import type { Respond } from '../../src/coordinator/ports.ts';
import { CLIENT_OPTIONS, ClientSocket } from '../../src/coordinator/sockets/client-socket.ts';
import { EVENT_OPTIONS, EventSocket } from '../../src/coordinator/sockets/event-socket.ts';
import type { Log } from '../../src/observe/log/log-port.ts';
import type { Answer } from '../../src/protocol/answer.ts';
import type { Request as ClientRequest } from '../../src/protocol/request.ts';
import { ZmtpPeer } from '../support/zmtp-peer.ts';

function closing<Socket extends { close(): void }>(socket: Socket): Socket {
  onTestFinished(() => socket.close());
  return socket;
}

/** For a machine under load. */
const WAIT = { timeout: 10_000 };
/** Five of them read 500 heavy messages; without turns they would block it for a second. */
const LOOP_MS_MAX = 200;

interface Taken {
  readonly request: ClientRequest;
  readonly respond: Respond;
}

/** A client socket whose requests are kept, and answered by the test. */
async function openFront({ frameBytesMax = 1024, backlog = (): number => 0 } = {}) {
  const router = closing(new Router(CLIENT_OPTIONS));
  await router.bind('tcp://127.0.0.1:*');
  const taken: Taken[] = [];
  const warnings: object[] = [];
  const log = { warn: (_: string, fields: object) => warnings.push(fields) } as unknown as Log;
  const front = new ClientSocket({
    router,
    frameBytesMax,
    log,
    backlog,
    clientNow: () => AT + 0.7,
    onRequest: (request, respond) => taken.push({ request, respond }),
    onError: fail,
  });
  void front.receive();
  return { router, front, taken, warnings, endpoint: router.lastEndpoint ?? '' };
}

async function nextJson(socket: Dealer | Request): Promise<object> {
  const frames = await socket.receive();
  return JSON.parse(String(frames.at(-1))) as object;
}

const PONG: Answer = { pid: 1, version: '1.2.3', accepting: true };
const AT = 1_795_000_000_000;

describe('the client socket', () => {
  test('a REQ client and a DEALER client are answered alike, their frames untouched', async () => {
    const { taken, endpoint } = await openFront();
    const req = closing(new Request());
    const dealer = closing(new Dealer());
    for (const socket of [req, dealer]) socket.connect(endpoint);
    await req.send('{"op":"ping"}');
    await dealer.send(['', Buffer.from([0, 255]), 'seven', '{"op":"ping"}']);
    await vi.waitUntil(() => taken.length === 2);
    for (const { request, respond } of taken) {
      expect(request).toEqual({ op: 'ping' });
      respond(PONG);
    }
    expect(await nextJson(req)).toEqual({ ...PONG, at: AT });
    const frames = await dealer.receive();
    expect(frames.slice(0, -1)).toEqual([
      Buffer.alloc(0),
      Buffer.from([0, 255]),
      Buffer.from('seven'),
    ]);
    expect(JSON.parse(String(frames.at(-1)))).toEqual({ ...PONG, at: AT });
  });

  test('P10: bad bytes are answered, each with what is wrong, and nobody else is hurt', async () => {
    const { taken, endpoint } = await openFront();
    const dealer = closing(new Dealer());
    dealer.connect(endpoint);
    const bad = ['', 'null', '{', Buffer.from([0xff, 0xfe]), '{"op":"fly"}', 'x'.repeat(2000)];
    for (const [index, bytes] of bad.entries()) await dealer.send([String(index), bytes]);
    await dealer.send(['last', '{"op":"ping"}']);
    const codes: unknown[] = [];
    for (let count = 0; count < bad.length; count++) {
      codes.push((await nextJson(dealer)) as { error: { code: string } });
    }
    expect(codes).toMatchObject([
      ...Array.from({ length: 5 }, () => ({ error: { code: 'invalid_request' } })),
      { error: { code: 'too_large' } },
    ]);
    await vi.waitUntil(() => taken.length === 1);
  });

  test('P9: a request is measured without its envelope: the last byte of the bound is read', async () => {
    const { taken, endpoint } = await openFront({ frameBytesMax: 100 });
    const dealer = closing(new Dealer());
    dealer.connect(endpoint);
    await dealer.send(['x'.repeat(100), '{"op":"ping"}'.padEnd(100)]);
    await vi.waitUntil(() => taken.length === 1);
    await dealer.send(['', '{"op":"ping"}'.padEnd(101)]);
    const message = '101 bytes; at most 100 are read';
    expect(await nextJson(dealer)).toMatchObject({ error: { code: 'too_large', message } });
  });

  test('P9: more in front of a request than a correlation needs is answered too_large', async () => {
    const { taken, endpoint } = await openFront({ frameBytesMax: 1024 * 1024 });
    const dealer = closing(new Dealer());
    dealer.connect(endpoint);
    const frames = Array.from({ length: 32 }, (_, index) => String(index));
    await dealer.send([...frames, '{"op":"ping"}']);
    await vi.waitUntil(() => taken.length === 1, WAIT);
    taken[0]?.respond(PONG);
    expect((await dealer.receive()).slice(0, -1).map(String)).toEqual(frames);
    await dealer.send([...frames, 'one more', '{"op":"ping"}']);
    const reply = await dealer.receive();
    expect(reply.slice(0, -1).map(String)).toEqual(frames);
    expect(JSON.parse(String(reply.at(-1)))).toMatchObject({ error: { code: 'too_large' } });
    await dealer.send(['7', 'x'.repeat(1024), '{"op":"ping"}']);
    const [first, ...rest] = await dealer.receive();
    expect(String(first)).toBe('7');
    expect(rest).toHaveLength(1);
    expect(JSON.parse(String(rest[0]))).toMatchObject({ error: { code: 'too_large' } });
    expect(taken).toHaveLength(1);
  });

  test('P9: the loop turns while thousands of messages are read', async () => {
    const { taken, endpoint } = await openFront({ frameBytesMax: 1024 * 1024 });
    const dealer = closing(new Dealer({ sendHighWaterMark: 0 }));
    dealer.connect(endpoint);
    // Each takes a while to read.
    const wrong = JSON.stringify({ op: 'list', state: Array(5000).fill(0) });
    const blocked = monitorEventLoopDelay({ resolution: 1 });
    for (let count = 0; count < 500; count++) await dealer.send(wrong);
    await dealer.send('{"op":"ping"}');
    blocked.enable();
    await vi.waitUntil(() => taken.length === 1, { timeout: 30_000 });
    blocked.disable();
    expect(blocked.max / 1e6).toBeLessThan(LOOP_MS_MAX);
  });

  test('P9: with a long backlog nothing more is read, until it is shorter', async () => {
    let backlog = 0;
    const { taken, endpoint } = await openFront({ backlog: () => backlog });
    const dealer = closing(new Dealer());
    dealer.connect(endpoint);
    await dealer.send('{"op":"ping"}');
    await vi.waitUntil(() => taken.length === 1);
    backlog = 10_000;
    for (let count = 0; count < 10; count++) await dealer.send('{"op":"ping"}');
    await vi.waitUntil(() => taken.length === 2);
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    expect(taken).toHaveLength(2);
    backlog = 0;
    await vi.waitUntil(() => taken.length === 11);
  });

  test('P10: a reply to a client that is gone is counted and told, and the next one is sent', async () => {
    const { taken, front, warnings, endpoint } = await openFront();
    const gone = new Dealer({ linger: 0 });
    gone.connect(endpoint);
    await gone.send('{"op":"ping"}');
    await vi.waitUntil(() => taken.length === 1);
    gone.close();
    const dealer = closing(new Dealer());
    dealer.connect(endpoint);
    await dealer.send('{"op":"ping"}');
    await vi.waitUntil(() => taken.length === 2);
    await vi.waitUntil(async () => {
      taken[0]?.respond(PONG);
      await front.flushed();
      return warnings.length > 0;
    });
    expect(warnings).toEqual([{ dropped: 1, code: 'EHOSTUNREACH' }]);
    taken[1]?.respond(PONG);
    expect(await nextJson(dealer)).toEqual({ ...PONG, at: AT });
  });

  test('replies leave in the order in which they are given', async () => {
    const { taken, endpoint } = await openFront();
    const dealer = closing(new Dealer());
    dealer.connect(endpoint);
    for (let count = 0; count < 200; count++) await dealer.send('{"op":"ping"}');
    await vi.waitUntil(() => taken.length === 200);
    for (const [pid, { respond }] of taken.entries()) respond({ ...PONG, pid });
    for (let pid = 0; pid < 200; pid++) expect(await nextJson(dealer)).toMatchObject({ pid });
  });

  test('a reply that comes after the socket was closed harms nothing', async () => {
    const { router, front, taken, endpoint } = await openFront();
    const dealer = closing(new Dealer());
    dealer.connect(endpoint);
    await dealer.send('{"op":"ping"}');
    await vi.waitUntil(() => taken.length === 1);
    router.close();
    taken[0]?.respond(PONG);
    await front.flushed();
  });
});

describe('events', () => {
  async function openEvents() {
    const socket = closing(new XPublisher(EVENT_OPTIONS));
    const events = new EventSocket(socket, fail);
    onTestFinished(() => events.flushed());
    await socket.bind('tcp://127.0.0.1:*');
    void events.follow();
    return { events, endpoint: socket.lastEndpoint ?? '' };
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

  test('P10: whoever unsubscribes from what it never had silences nobody', async () => {
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
