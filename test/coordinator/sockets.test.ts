import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Dealer, Request, Router, Subscriber, XPublisher } from 'zeromq';
import { EVENTS_SOCKET, Events } from '../../src/coordinator/events.ts';
import { FRONT_SOCKET, Front } from '../../src/coordinator/front.ts';
import type { Respond } from '../../src/coordinator/ports.ts';
import type { Log } from '../../src/observe/log-port.ts';
import type { Answer } from '../../src/protocol/answer.ts';
import type { Request as ClientRequest } from '../../src/protocol/request.ts';

function closing<Socket extends { close(): void }>(socket: Socket): Socket {
  onTestFinished(() => socket.close());
  return socket;
}

interface Taken {
  readonly request: ClientRequest;
  readonly respond: Respond;
}

/** A front whose requests are kept, and answered by the test. */
async function openFront({ frameBytesMax = 1024, backlog = (): number => 0 } = {}) {
  const router = closing(new Router(FRONT_SOCKET));
  await router.bind('tcp://127.0.0.1:*');
  const taken: Taken[] = [];
  const warnings: object[] = [];
  const log = { warn: (_: string, fields: object) => warnings.push(fields) } as unknown as Log;
  const front = new Front({
    router,
    frameBytesMax,
    log,
    backlog,
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

const PONG: Answer = { pid: 1, version: '1.2.3', ready: true };

describe('the front', () => {
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
    expect(await nextJson(req)).toEqual(PONG);
    const frames = await dealer.receive();
    expect(frames.slice(0, -1)).toEqual([
      Buffer.alloc(0),
      Buffer.from([0, 255]),
      Buffer.from('seven'),
    ]);
    expect(JSON.parse(String(frames.at(-1)))).toEqual(PONG);
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

  test('P9: a frame is measured with its envelope', async () => {
    const { endpoint } = await openFront({ frameBytesMax: 100 });
    const dealer = closing(new Dealer());
    dealer.connect(endpoint);
    await dealer.send(['x'.repeat(100), '{"op":"ping"}']);
    expect(await nextJson(dealer)).toMatchObject({ error: { code: 'too_large' } });
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
    expect(await nextJson(dealer)).toEqual(PONG);
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
  test('reach who asked for their topic, by its beginning, and cost nothing otherwise', async () => {
    const socket = closing(new XPublisher(EVENTS_SOCKET));
    await socket.bind('tcp://127.0.0.1:*');
    const errors: unknown[] = [];
    const events = new Events(socket, (error) => errors.push(error));
    void events.follow();
    const payload = vi.fn(() => ({ id: 'a' }));
    events.publish('command.committed', payload);
    expect(payload).not.toHaveBeenCalled();
    const subscriber = closing(new Subscriber());
    subscriber.connect(socket.lastEndpoint ?? '');
    subscriber.subscribe('command.');
    await vi.waitUntil(() => {
      events.publish('command.stuck', payload);
      return payload.mock.calls.length > 0;
    });
    events.publish('breaker.node02', () => ({ state: 'open' }));
    events.publish('command.refused', () => ({ id: 'b' }));
    const seen: string[][] = [];
    while (seen.at(-1)?.[0] !== 'command.refused') {
      seen.push((await subscriber.receive()).map(String));
    }
    expect(seen[0]).toEqual(['command.stuck', '{"id":"a"}']);
    expect(seen.map(([topic]) => topic)).not.toContain('breaker.node02');
    subscriber.unsubscribe('command.');
    await vi.waitUntil(() => {
      payload.mockClear();
      events.publish('command.stuck', payload);
      return payload.mock.calls.length === 0;
    });
    expect(errors).toEqual([]);
  });
});

function fail(error: unknown): never {
  throw error;
}
