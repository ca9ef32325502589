/** The health path of a dialect, as a trial of a breaker calls it; and reads by HEAD. */
import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../src/node/dialect/dialect.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import type { HealthFinding } from '../../src/node/health-call.ts';
import { Asking } from './support/asking.ts';
import { answer, startRawNode } from './support/raw-node.ts';

const HEALTH = {
  method: 'GET',
  path: '/health',
  root: false,
  status: [200, 204],
  text: null,
} as const;

function dialectWith(health: Dialect['health']): Dialect {
  return { ...challenge, health, headers: { accept: 'text/plain' } };
}

async function checked(asking: Asking): Promise<HealthFinding> {
  return new Promise((resolve) => asking.client.checkHealth(resolve));
}

describe('a call of the health path', () => {
  test.each([
    ['204 No Content', '', 'good'],
    ['200 OK', '{"status":"up"}', 'good'],
    ['404 Not Found', '<html>no route</html>', 'unclear'],
    ['302 Found', '', 'unclear'],
    ['503 Service Unavailable', 'starting', 'bad'],
  ])('answered %s %s is %s', async (status, body, signal) => {
    const node = await startRawNode((socket) => socket.write(answer(status, body)));
    const asking = new Asking(node.url, { dialect: dialectWith(HEALTH) });
    expect(await checked(asking)).toMatchObject({ signal });
    expect(node.requests.map(({ line }) => line)).toEqual(['GET /v1/health HTTP/1.1']);
    expect(node.requests[0]?.head).toContain('\r\naccept: text/plain\r\n');
  });

  test('may be at the root of the host, and compares the text', async () => {
    const texts = ['PONG', 'Welcome'];
    const node = await startRawNode((socket) => socket.write(answer('200 OK', texts.shift())));
    const asking = new Asking(node.url, { dialect: reliableOps });
    expect(await checked(asking)).toEqual({ signal: 'good', detail: '200 PONG' });
    expect(await checked(asking)).toEqual({ signal: 'unclear', detail: '200 Welcome' });
    expect(node.requests[0]?.line).toBe('GET /ping HTTP/1.1');
  });

  test('P9: without an answer it is bad, and given up it says nothing', async () => {
    const node = await startRawNode(() => undefined);
    const asking = new Asking(node.url, { dialect: dialectWith(HEALTH), requestTimeoutMs: 50 });
    expect(await checked(asking)).toMatchObject({ signal: 'bad' });
    const { promise, resolve } = Promise.withResolvers<HealthFinding>();
    asking.client.checkHealth(resolve).abort();
    expect(await promise).toMatchObject({ signal: 'none' });
  });
});

describe('HEAD, whose answers have no body', () => {
  const byHead: Dialect = {
    ...challenge,
    record: { key: null, type: 'text' },
    health: { ...HEALTH, method: 'HEAD' },
    read: {
      ...challenge.read,
      method: 'HEAD',
      present: [{ status: [200], header: { 'x-key': ['{key}'] } }],
      absent: [{ status: [404], header: { 'x-node': ['node01'] } }],
    },
  };

  test('P9: the announced length is not waited for, and the connection is not used again', async () => {
    const heads = ['HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n', answer('204 No Content')];
    const node = await startRawNode((socket) => socket.write(heads.shift() ?? ''));
    const asking = new Asking(node.url, { dialect: byHead });
    expect(await checked(asking)).toEqual({ signal: 'good', detail: '200' });
    expect(await checked(asking)).toEqual({ signal: 'good', detail: '204' });
    expect(node.requests.map(({ line }) => line)).toEqual(
      Array(2).fill('HEAD /v1/health HTTP/1.1'),
    );
    expect(node.connections).toHaveLength(2);
  });

  test('nor is a chunked or compressed body', async () => {
    const more = 'transfer-encoding: chunked\r\ncontent-encoding: gzip';
    const node = await startRawNode((socket) => socket.write(`HTTP/1.1 200 OK\r\n${more}\r\n\r\n`));
    const asking = new Asking(node.url, { dialect: byHead });
    expect(await checked(asking)).toEqual({ signal: 'good', detail: '200' });
  });

  test('P1: a read shows by status and header whether there is a record, and nothing else does', async () => {
    const heads = [
      answer('200 OK', '', ['x-key: 5']),
      answer('200 OK', '', ['x-key: 6']),
      answer('200 OK'),
      answer('404 Not Found', '', ['x-node: node01']),
      answer('404 Not Found'),
    ];
    const node = await startRawNode((socket) => socket.write(heads.shift() ?? ''));
    const asking = new Asking(node.url, { dialect: byHead, name: 'node01' });
    const kinds: string[] = [];
    for (let reads = heads.length; reads > 0; reads--) {
      kinds.push((await asking.ask({ kind: 'read' }).answer).kind);
    }
    expect(kinds).toEqual(['present', 'unreadable', 'unreadable', 'absent', 'unreadable']);
    expect(node.requests[0]?.line).toBe('HEAD /v1/group/5/ HTTP/1.1');
  });
});
