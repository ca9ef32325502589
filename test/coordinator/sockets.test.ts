import { once } from 'node:events';
import { connect } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, test, vi } from 'vitest';
import { Dealer, Request, Router } from 'zeromq';
import { authorise } from '../../src/clients/principal.ts';
import type { Respond } from '../../src/coordinator/ports.ts';
import { ClientSocket, clientOptions } from '../../src/coordinator/sockets/client-socket.ts';
import type { Log } from '../../src/observe/log/log-port.ts';
import type { Answer } from '../../src/protocol/answer.ts';
import type { Request as ClientRequest } from '../../src/protocol/request.ts';
import { ZmtpPeer } from '../support/zmtp-peer.ts';
import { closing } from './support/closing.ts';

/** For a machine under load. */
const WAIT = { timeout: 10_000 };
/** Five of them read 500 heavy messages; without turns they would block it for a second. */
const LOOP_MS_MAX = 500;

/** Of 200 kB each: more than ZeroMQ, the kernel and the daemon hold for one client. */
const LARGE_ANSWERS = 700;

interface Taken {
  readonly request: ClientRequest;
  readonly respond: Respond;
}

/** A client socket whose requests are kept, and answered by the test. */
async function openFront({ frameBytesMax = 1024, isFull = (): boolean => false } = {}) {
  const router = closing(new Router(clientOptions(frameBytesMax)));
  await router.bind('tcp://127.0.0.1:*');
  const taken: Taken[] = [];
  const warnings: object[] = [];
  const log = { warn: (_: string, fields: object) => warnings.push(fields) } as unknown as Log;
  const front = new ClientSocket({
    router,
    frameBytesMax,
    authorise: () => authorise({ list: undefined, mode: 'auto' }, undefined, ''),
    log,
    journalId: 'journal-1',
    isFull,
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

  test('P10: bad bytes are answered with their fault, and affect no other client', async () => {
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
    let isFull = false;
    const { taken, endpoint } = await openFront({ isFull: () => isFull });
    const dealer = closing(new Dealer());
    dealer.connect(endpoint);
    await dealer.send('{"op":"ping"}');
    await vi.waitUntil(() => taken.length === 1);
    isFull = true;
    for (let count = 0; count < 10; count++) await dealer.send('{"op":"ping"}');
    await vi.waitUntil(() => taken.length === 2);
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    expect(taken).toHaveLength(2);
    isFull = false;
    await vi.waitUntil(() => taken.length === 11);
  });

  test('P10: a reply to a client that is gone is counted and reported, and the next one is sent', async () => {
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
    expect(warnings).toEqual([{ dropped: 1, cut: 0, code: 'EHOSTUNREACH' }]);
    taken[1]?.respond(PONG);
    expect(await nextJson(dealer)).toEqual({ ...PONG, at: AT });
  });

  test('P9: a client that does not read its answers is cut; others are served, and it is too once it reads', async () => {
    const { taken, front, warnings, endpoint } = await openFront();
    const deaf = closing(new Dealer({ receiveHighWaterMark: 1, linger: 0 }));
    const dealer = closing(new Dealer());
    for (const socket of [deaf, dealer]) socket.connect(endpoint);
    for (let count = 0; count < LARGE_ANSWERS; count++) await deaf.send('{"op":"ping"}');
    await vi.waitUntil(() => taken.length === LARGE_ANSWERS, WAIT);
    const version = 'x'.repeat(200_000);
    for (const [pid, { respond }] of taken.entries()) respond({ ...PONG, pid, version });
    await front.flushed();
    await vi.waitUntil(() => front.counts.clientsCut === 1, WAIT);
    expect(front.counts.repliesDropped).toBeGreaterThan(0);
    expect(warnings).toMatchObject([{ code: 'cut', cut: 1 }]);

    await deaf.send('{"op":"ping"}');
    await dealer.send('{"op":"ping"}');
    await vi.waitUntil(() => taken.length === LARGE_ANSWERS + 1, WAIT);
    taken.at(-1)?.respond(PONG);
    expect(await nextJson(dealer)).toEqual({ ...PONG, at: AT });

    // It has lost the dropped replies, and gets no answer twice.
    const heard: number[] = [];
    for (let left = LARGE_ANSWERS - front.counts.repliesDropped; left > 0; left--)
      heard.push(((await nextJson(deaf)) as { pid: number }).pid);
    expect(heard).toEqual(heard.map((_, index) => index));
    await vi.waitUntil(async () => {
      await deaf.send('{"op":"ping"}');
      return taken.length > LARGE_ANSWERS + 1;
    }, WAIT);
    taken.at(-1)?.respond(PONG);
    expect(await nextJson(deaf)).toEqual({ ...PONG, at: AT });
  });

  test('P9: a connection that says nothing is closed within seconds', async () => {
    const { endpoint } = await openFront();
    const { hostname, port } = new URL(endpoint);
    const begun = performance.now();
    const mute = connect(Number(port), hostname);
    await once(mute.resume(), 'close');
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  test('P9: a frame far beyond the bound ends its connection', async () => {
    const { taken, endpoint } = await openFront();
    using peer = new ZmtpPeer(endpoint, 'DEALER');
    peer.sayLong(Buffer.alloc(20_000));
    await peer.closed;
    expect(taken).toEqual([]);
  });

  test('P9: a burst of answers to a client that reads them is complete, and in order', async () => {
    const { taken, front, endpoint } = await openFront();
    const dealer = closing(new Dealer({ receiveHighWaterMark: 0 }));
    dealer.connect(endpoint);
    for (let count = 0; count < 5000; count++) await dealer.send('{"op":"ping"}');
    await vi.waitUntil(() => taken.length === 5000, WAIT);
    for (const [pid, { respond }] of taken.entries()) respond({ ...PONG, pid });
    for (let pid = 0; pid < 5000; pid++) expect(await nextJson(dealer)).toMatchObject({ pid });
    expect(front.counts).toMatchObject({ repliesDropped: 0, clientsCut: 0 });
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

function fail(error: unknown): never {
  throw error;
}
