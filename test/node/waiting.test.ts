/** The wait for a connection: part of no timeout, no slow call, no fault of the node, and bounded. */
import { describe, expect, test } from 'vitest';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import { Asking, CREATE, eventually, READ } from './support/asking.ts';
import { created, notFound, startRawNode } from './support/raw-node.ts';

const NO_REQUEST = { head: '', body: '', line: '' };

/** Answers each create after so many ms. */
async function startSlowNode(ms: number) {
  return startRawNode((socket) => {
    setTimeout(() => created(socket, NO_REQUEST, 0), ms);
  });
}

describe('the wait for a connection', () => {
  test('is no part of the time of a request: all get an answer, however long those before them took', async () => {
    const node = await startSlowNode(250);
    const asking = new Asking(node.url, { connections: 1, requestTimeoutMs: 700 });
    const all = Array.from({ length: 3 }, () => asking.ask());
    // The last begins after 500 ms, and is answered after 750.
    for (const { answer } of all) expect(await answer).toMatchObject({ kind: 'applied' });
  });

  test('is none of the time that the node took: a wait makes no slow call', async () => {
    const node = await startSlowNode(100);
    const asking = new Asking(node.url, { connections: 1 });
    const all = Array.from({ length: 6 }, () => asking.ask());
    const begun = performance.now();
    for (const { seen } of all) expect((await seen).tookMs).toBeLessThan(400);
    expect(performance.now() - begun).toBeGreaterThan(500);
  });

  test('gives the request its whole time: it ends that long after it has begun, and not before', async () => {
    const node = await startRawNode((socket, { line }) => {
      if (line.includes('first')) setTimeout(() => socket.write(notFound), 300);
    });
    const asking = new Asking(node.url, { connections: 1, requestTimeoutMs: 500 });
    const askedAt = performance.now();
    const first = asking.ask(READ, 'first');
    const second = asking.ask(READ, 'second');
    await first.answer;
    expect(await second.answer).toEqual({ kind: 'lost', detail: 'no answer within 500 ms' });
    expect((await second.seen).tookMs).toBeGreaterThan(480);
    expect(performance.now() - askedAt).toBeGreaterThan(780);
  });

  test('P9: ends after the time of a request: unsent, named, and it says nothing of the node', async () => {
    const node = await startRawNode(() => {});
    const asking = new Asking(node.url, { connections: 1, requestTimeoutMs: 200 });
    const [inside, waiting] = [asking.ask(READ, 'inside'), asking.ask(READ, 'waiting')];
    expect((await inside.seen).health).toBe('bad');
    const answer = await waiting.answer;
    const { health, tookMs } = await waiting.seen;
    // Its time may have ended a moment after it got its place.
    if (answer.kind === 'lost') return;
    expect(answer).toEqual({ kind: 'unsent', detail: 'no free connection within 200 ms' });
    expect({ health, tookMs }).toEqual({ health: 'none', tookMs: 0 });
  });

  test('P5: urgent calls have none behind creates that hang, over a connection of their own', async () => {
    const node = await startRawNode((socket, { line }) => {
      if (line.startsWith('GET')) socket.write(notFound);
    });
    const asking = new Asking(node.url, { connections: 2 });
    const creates = Array.from({ length: 20 }, (_, key) => asking.ask(CREATE, String(key)));
    await eventually(() => node.requests.length === 2);
    for (let count = 0; count < 10; count++) {
      const urgent = await new Promise((resolve) => {
        asking.client.exchange(READ, { groupId: '5', isUrgent: true }, resolve);
      });
      expect(urgent).toMatchObject({ kind: 'absent' });
    }
    expect(node.connections).toHaveLength(3);
    expect(creates.every(({ calls }) => calls() === 0)).toBe(true);
    for (const { abort } of creates) abort();
  });

  test('P5: of the connections that become free, urgent calls get every second one first', async () => {
    const node = await startRawNode((socket, { line }) => {
      setTimeout(
        () => (line.startsWith('GET') ? socket.write(notFound) : created(socket, NO_REQUEST, 0)),
        20,
      );
    });
    const { client } = new Asking(node.url, { connections: 1, dialect: reliableOps });
    const ended: string[] = [];
    const ask = (name: string, isUrgent: boolean) =>
      new Promise<void>((resolve) => {
        const request = isUrgent ? READ : CREATE;
        client.exchange(request, { groupId: '5', isUrgent }, () => {
          ended.push(name);
          resolve();
        });
      });
    const creates = Array.from({ length: 6 }, (_, index) => ask(`create ${index}`, false));
    await Promise.all([...creates, ...['a', 'b', 'c', 'd'].map((name) => ask(name, true))]);
    expect(ended.slice(0, 6).filter((name) => name.startsWith('create'))).toHaveLength(2);
  });
});
