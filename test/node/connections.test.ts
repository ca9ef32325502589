import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Asking, CREATE, eventually, READ } from './support/asking.ts';
import { answer, created, notFound, startRawNode } from './support/raw-node.ts';
import { startStoppedListener } from './support/stopped-listener.ts';

const PROGRAM = fileURLToPath(new URL('./programs/one-call.ts', import.meta.url));

describe('connections', () => {
  test('they are used again and again', async () => {
    const node = await startRawNode(created);
    const asking = new Asking(node.url);
    for (let count = 0; count < 10; count++) {
      expect(await asking.answerTo()).toMatchObject({ kind: 'applied' });
    }
    // A second one, since one that has just answered rests for a turn of the event loop.
    expect(node.connections.length).toBeLessThanOrEqual(2);
    expect(node.requests).toHaveLength(10);
  });

  test('a node that closes them between exchanges is asked over new ones', async () => {
    const node = await startRawNode((socket) => {
      socket.write(answer('201 Created', 'CREATED'));
      setImmediate(() => socket.end());
    });
    const asking = new Asking(node.url);
    for (let count = 0; count < 10; count++) {
      expect(await asking.answerTo()).toMatchObject({ kind: 'applied' });
      await eventually(() => node.connections.every(({ over }) => over !== undefined));
    }
    expect(node.requests).toHaveLength(10);
  });

  test('a waiter behind an exchange after which the node closes gets a new one', async () => {
    const node = await startRawNode((socket) => {
      socket.write(answer('201 Created', 'CREATED', ['connection: close']));
    });
    const asking = new Asking(node.url, { connections: 1 });
    const asked = Array.from({ length: 20 }, (_, key) => asking.answerTo(CREATE, String(key)));
    for (const one of await Promise.all(asked)) expect(one).toMatchObject({ kind: 'applied' });
    expect(node.requests).toHaveLength(20);
    expect(node.connections).toHaveLength(20);
  });

  test('a waiter behind an exchange that is given up gets a new one', async () => {
    const node = await startRawNode((socket, _, connection) => {
      if (connection > 0) socket.write(answer('201 Created', 'CREATED'));
    });
    const asking = new Asking(node.url, { connections: 1 });
    const first = asking.ask();
    const next = Array.from({ length: 5 }, (_, key) => asking.answerTo(CREATE, String(key)));
    await eventually(() => node.requests.length === 1);
    first.abort();
    expect(await first.answer).toMatchObject({ kind: 'lost' });
    for (const one of await Promise.all(next)) expect(one).toMatchObject({ kind: 'applied' });
    expect(node.requests).toHaveLength(6);
  });

  test('the race of a close with a request is lost or unsent, and never a second request', async () => {
    const node = await startRawNode((socket) => {
      socket.write(answer('201 Created', 'CREATED'));
      socket.end();
    });
    const asking = new Asking(node.url, { connections: 1 });
    let written = 0;
    for (let count = 0; count < 200; count++) {
      const { kind } = await asking.answerTo();
      expect(['applied', 'lost', 'unsent']).toContain(kind);
      if (kind !== 'unsent') written++;
    }
    expect(node.requests.length).toBeLessThanOrEqual(written);
  });

  test('one that the node wants closed, or that was idle, is closed and not reset', async () => {
    const node = await startRawNode((socket, _, connection) => {
      const header = connection === 0 ? 'connection: close' : 'keep-alive: timeout=3';
      socket.write(answer('201 Created', 'CREATED', [header]));
    });
    const asking = new Asking(node.url);
    for (let count = 0; count < 2; count++) {
      expect(await asking.answerTo()).toMatchObject({ kind: 'applied' });
      await eventually(() => node.connections[count]?.over);
      expect(node.connections[count]?.over).toBe('end');
    }
  });

  test('one that carries nothing keeps no program alive', async () => {
    const node = await startRawNode((socket) => socket.write(notFound));
    // A third of the time after which it would be closed as idle.
    const options = { timeout: 10_000 };
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, node.url], options);
    expect(stdout).toBe('absent\n');
  });

  test('P9: no more are made than the bulkhead allows, whatever is asked', async () => {
    let inside = 0;
    let most = 0;
    const node = await startRawNode((socket) => {
      most = Math.max(most, ++inside);
      setImmediate(() => {
        inside--;
        socket.write(answer('201 Created', 'CREATED'));
      });
    });
    const asking = new Asking(node.url, { connections: 4 });
    const all = Array.from({ length: 200 }, (_, key) => asking.answerTo(CREATE, String(key)));
    for (const { kind } of await Promise.all(all)) expect(kind).toBe('applied');
    expect(most).toBeLessThanOrEqual(4);
    expect(node.connections.length).toBeLessThanOrEqual(4);
    expect(node.requests).toHaveLength(200);
  });

  test('an exchange that hangs holds up no other connection', async () => {
    const node = await startRawNode((socket, { line }) => {
      if (!line.includes('hang')) socket.write(notFound);
    });
    const asking = new Asking(node.url, { connections: 2, requestTimeoutMs: 1000 });
    const hanging = asking.ask(READ, 'hang');
    for (let count = 0; count < 20; count++) {
      expect(await asking.answerTo(READ)).toMatchObject({ kind: 'absent' });
    }
    expect(hanging.calls()).toBe(0);
    expect(await hanging.answer).toMatchObject({ kind: 'lost' });
  });
});

describe('giving up', () => {
  test('in the queue of the bulkhead: unsent, and never sent later', async () => {
    const node = await startRawNode(() => {});
    const asking = new Asking(node.url, { connections: 1 });
    const first = asking.ask(READ, 'first');
    const aborted = asking.ask(READ, 'aborted');
    const late = [asking.ask(READ, 'late-1'), asking.ask(READ, 'late-2')];
    await eventually(() => node.requests.length);
    aborted.abort();
    expect(await aborted.answer).toEqual({ kind: 'unsent', detail: 'given up' });
    // These are given up in the very turn in which the first gives its place back.
    first.abort();
    for (const { abort } of late) abort();
    expect(await first.answer).toMatchObject({ kind: 'lost' });
    for (const { answer: sent } of late) expect(await sent).toMatchObject({ kind: 'unsent' });
    // One more full exchange shows that no queue has a leftover.
    const next = asking.ask(READ, 'next');
    await eventually(() => node.requests.length === 2);
    expect(node.requests.map(({ line }) => line)).toEqual([
      'GET /v1/group/first HTTP/1.1',
      'GET /v1/group/next HTTP/1.1',
    ]);
    next.abort();
    await next.answer;
  });

  test('while its connection is being made: unsent, and never sent later', async () => {
    const url = await startStoppedListener();
    const asking = new Asking(url);
    const asked = asking.ask();
    await new Promise(setImmediate);
    asked.abort();
    expect(await asked.answer).toEqual({ kind: 'unsent', detail: 'given up' });
  });

  test('P4.2: when its time is over while its connection is being made: unsent, and never sent', async () => {
    const node = await startRawNode(() => {});
    const asking = new Asking(node.url, { connections: 1, requestTimeoutMs: 400 });
    const askedAt = performance.now();
    const first = asking.ask(READ, 'first');
    const second = asking.ask(READ, 'second');
    await eventually(() => node.requests.length);
    first.abort();
    await first.answer;
    // The second one has the slot and connects. This thread is blocked until after its time.
    while (performance.now() - askedAt < 450);
    expect(await second.answer).toEqual({ kind: 'unsent', detail: 'no answer within 400 ms' });
    expect(node.requests.map(({ line }) => line)).toEqual(['GET /v1/group/first HTTP/1.1']);
  });

  test('in the very turn it was asked in: unsent, and never sent later', async () => {
    const node = await startRawNode(created);
    const asking = new Asking(node.url, { connections: 1 });
    await asking.answerTo(READ, 'warm');
    const asked = asking.ask(READ, 'aborted');
    asked.abort();
    expect(asked.calls()).toBe(0);
    expect(['unsent', 'lost']).toContain((await asked.answer).kind);
    await asking.answerTo(READ, 'after');
    const lines = node.requests.map(({ line }) => line);
    expect(lines.filter((line) => line.includes('aborted'))).toEqual([]);
  });

  test.each([
    ['before the answer', ''],
    ['in the middle of the headers', 'HTTP/1.1 201 Created\r\ncontent-'],
    ['in the middle of the body', 'HTTP/1.1 201 Created\r\ncontent-length: 7\r\n\r\nCRE'],
  ])('%s: lost at once, and the connection is reset', async (_, bytes) => {
    const node = await startRawNode((socket) => socket.write(bytes));
    const asking = new Asking(node.url);
    const asked = asking.ask();
    await eventually(() => node.requests.length);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    asked.abort();
    asked.abort();
    expect(asked.calls()).toBe(0);
    expect(await asked.answer).toEqual({ kind: 'lost', detail: 'given up' });
    await eventually(() => node.connections[0]?.over);
    expect(node.connections[0]?.over).toBe('ECONNRESET');
  });

  test('after the answer: nothing', async () => {
    const node = await startRawNode(created);
    const asking = new Asking(node.url);
    const asked = asking.ask();
    expect(await asked.answer).toMatchObject({ kind: 'applied' });
    asked.abort();
    expect(await asking.answerTo()).toMatchObject({ kind: 'applied' });
    expect(node.connections.map(({ over }) => over)).not.toContain('ECONNRESET');
  });

  test('with the client itself: what is idle is closed and not reset', async () => {
    const node = await startRawNode(created);
    const asking = new Asking(node.url);
    await asking.answerTo();
    asking.client.close();
    await eventually(() => node.connections[0]?.over);
    expect(node.connections[0]?.over).toBe('end');
  });

  test('with the client itself: everything ends', async () => {
    const node = await startRawNode(() => {});
    const asking = new Asking(node.url, { connections: 1 });
    const running = asking.ask();
    const queued = asking.ask();
    await eventually(() => node.requests.length);
    asking.client.close();
    expect(await running.answer).toMatchObject({ kind: 'lost' });
    expect(['unsent', 'lost']).toContain((await queued.answer).kind);
    expect(node.requests).toHaveLength(1);
  });
});
