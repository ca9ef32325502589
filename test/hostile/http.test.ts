/**
 * Attacks on the API over HTTP by clients with a token and without. One daemon gets all attacks of this file, while
 * health is asked and an honest client works beside it (P9, P10).
 */
import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { shareCluster } from '../support/cluster.ts';
import { httpApi, type Sending, tokenOf } from '../support/http-api.ts';
import { rawHttp, requestLines } from '../support/raw-http.ts';
import { SteadyClient } from '../support/steady-client.ts';
import { SteadyHealth } from '../support/steady-health.ts';

/** Longest delay of an honest client, on two busy cores. */
const SLOWEST_MS = 1500;
const HEALTH_MS = 1000;
const MIB = 1024 * 1024;
const JSON_TYPE = 'Content-Type: application/json';
const HOST = 'Host: localhost';
const LONG = { timeout: 60_000 };

const cluster = shareCluster({ executors: 1, env: { LOCKSTEP_LOG_LEVEL: 'warn' } });
const send = (path: string, sending?: Sending) => httpApi(cluster.daemon)(path, sending);
let port = 0;
let bearer = '';
let steady: SteadyClient;
let steadyHealth: SteadyHealth;
let firstPid = 0;

beforeAll(async () => {
  const { daemon } = cluster;
  port = Number(new URL(daemon.opsUrl).port);
  bearer = `Authorization: Bearer ${tokenOf(daemon)}`;
  firstPid = daemon.pid;
  steady = new SteadyClient(daemon.endpoint);
  await steady.report();
  steadyHealth = new SteadyHealth(daemon.opsUrl);
  return () => {
    steady[Symbol.dispose]();
    steadyHealth[Symbol.dispose]();
  };
});

afterEach(async () => {
  const { daemon } = cluster;
  const { slowestMs, faults, answered } = await steady.report();
  expect(daemon.alive, daemon.output).toBe(true);
  expect([daemon.pid, faults]).toEqual([firstPid, []]);
  expect(answered).toBeGreaterThan(0);
  expect(slowestMs, 'the honest client waits').toBeLessThan(SLOWEST_MS);
  const body = { op: 'create', groupId: `after ${expect.getState().currentTestName}` };
  await vi.waitFor(async () => expect((await send('/v1/commands', { body })).status).toBe(200));
});

/** The slowest health check, one after the other from another process, until the attack is over. */
async function slowestHealthMs(attack: Promise<unknown>): Promise<number> {
  await steadyHealth.report();
  await attack;
  const { slowestMs, faults, answered } = await steadyHealth.report();
  expect(faults).toEqual([]);
  expect(answered).toBeGreaterThan(0);
  return slowestMs;
}

interface Peer {
  readonly socket: Socket;
  /** All that came, when the connection is closed. */
  readonly closed: Promise<string>;
}

function peer(...lines: readonly string[]): Peer {
  const socket = connect({ host: '127.0.0.1', port }).setEncoding('latin1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (part: string) => {
    text += part;
  });
  socket.on('error', () => {});
  if (lines.length > 0) socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return { socket, closed: new Promise((resolve) => socket.on('close', () => resolve(text))) };
}

const post = (length: number, ...more: readonly string[]) => [
  'POST /v1/commands HTTP/1.1',
  HOST,
  JSON_TYPE,
  ...(length < 0 ? ['Transfer-Encoding: chunked'] : [`Content-Length: ${length}`]),
  ...more,
];

describe('P9: bodies', () => {
  test(
    'that never end are cut off within ten seconds, silent or a byte at a time',
    LONG,
    async () => {
      const peers = Array.from({ length: 200 }, () => peer(...post(1000, bearer)));
      const dripping = setInterval(() => {
        for (const { socket } of peers.slice(0, 100)) socket.write(' ');
      }, 500);
      const begun = performance.now();
      const attack = Promise.all(peers.map(({ closed }) => closed));
      expect(await slowestHealthMs(attack)).toBeLessThan(HEALTH_MS);
      clearInterval(dripping);
      expect(performance.now() - begun).toBeLessThan(13_000);
    },
  );

  test('without a token are not read: the answer comes at once, and the connection ends', async () => {
    for (const authorization of [[], ['Authorization: Bearer lsk_wrong']]) {
      const begun = performance.now();
      const text = await peer(...post(100 * MIB, ...authorization)).closed;
      expect(text).toMatch(/^HTTP\/1\.1 401 /);
      expect(text).toMatch(/^connection: close\r$/im);
      expect(performance.now() - begun).toBeLessThan(SLOWEST_MS);
    }
  });

  test('of 100 MB take no memory, whether they say their size or not', LONG, async () => {
    const before = await residentBytes();
    const chunk = 'x'.repeat(64 * 1024);
    const attack = Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const isChunked = index % 2 === 0;
        const { socket, closed } = peer(...post(isChunked ? -1 : 100_000_000, bearer));
        const piece = isChunked ? `${chunk.length.toString(16)}\r\n${chunk}\r\n` : chunk;
        for (let sent = 0; sent < 100_000_000 && !socket.destroyed; sent += chunk.length) {
          if (!socket.write(piece)) await Promise.race([drained(socket), closed]);
        }
        return closed;
      }),
    );
    expect(await slowestHealthMs(attack)).toBeLessThan(HEALTH_MS);
    expect((await residentBytes()) - before).toBeLessThan(64 * MIB);
  });

  test('of a million chunks take no more memory than others', LONG, async () => {
    const before = await residentBytes();
    const attack = Promise.all(
      Array.from({ length: 4 }, async () => {
        const { socket, closed } = peer(...post(-1, bearer));
        const piece = '1\r\n \r\n'.repeat(10_000);
        for (let sent = 0; sent < 100 && !socket.destroyed; sent++) {
          if (!socket.write(piece)) await Promise.race([drained(socket), closed]);
        }
        socket.end('0\r\n\r\n');
        return closed;
      }),
    );
    expect(await slowestHealthMs(attack)).toBeLessThan(HEALTH_MS);
    for (const text of await attack) expect(text).toMatch(/^(HTTP\/1\.1 400 |$)/);
    expect((await residentBytes()) - before).toBeLessThan(96 * MIB);
  });

  test(
    'of the largest size at once: those beyond the bound are busy, and none is lost',
    LONG,
    async () => {
      const body = `${' '.repeat(MIB - 100)}{"op":"batch","commands":[]}`;
      const attack = Promise.all(
        Array.from({ length: 100 }, () =>
          rawHttp({ port }, [...post(body.length, bearer), 'Connection: close'], body).then(
            ({ status }) => status,
            () => 0,
          ),
        ),
      );
      expect(await slowestHealthMs(attack)).toBeLessThan(HEALTH_MS);
      const statuses = new Set(await attack);
      expect(statuses).toContain(400);
      // 0: the connection ended while the body was still being sent.
      for (const status of statuses) expect([400, 429, 0]).toContain(status);
    },
  );
});

describe('P9: waits', () => {
  test(
    'of ten thousand requests: half of the places at most are taken by one client, the others are busy',
    LONG,
    async () => {
      const { client } = cluster;
      await client.send({ op: 'pause', lane: 'bulk' });
      onTestFinished(async () => {
        await client.send({ op: 'cancel', filter: { lane: 'bulk' } });
        await client.send({ op: 'resume' });
      });
      const body = JSON.stringify({
        op: 'create',
        id: 'w',
        groupId: 'w',
        lane: 'bulk',
        deadlineMs: 3_600_000,
      });
      const peers: Peer[] = [];
      let busy = 0;
      const flood = async (): Promise<void> => {
        for (let count = 0; count < 100; count++) {
          const one = peer(...post(body.length, bearer, 'Connection: close'));
          peers.push(one);
          one.socket.write(body);
          void one.closed.then((text) => {
            if (text.startsWith('HTTP/1.1 429 ')) busy++;
          });
          await Promise.race([one.closed, later(300)]);
        }
      };
      const attack = Promise.all(Array.from({ length: 100 }, flood));
      expect(await slowestHealthMs(attack)).toBeLessThan(HEALTH_MS);
      const waiting = () => peers.filter(({ socket }) => !socket.closed).length;
      await vi.waitFor(() => expect(waiting()).toBeLessThanOrEqual(500), 5000);
      expect(peers).toHaveLength(10_000);
      expect(waiting()).toBeGreaterThan(400);
      expect(busy).toBeGreaterThan(5000);
      const refused = await send('/v1/commands?wait=0', { body: JSON.parse(body) });
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
      for (const { socket } of peers) socket.destroy();
    },
  );
});

describe('P10: headers', () => {
  const body = '{"op":"create","groupId":"never"}';
  const own = () => [HOST, JSON_TYPE, bearer];
  const ask = (headers: readonly string[], sent = body) =>
    rawHttp({ port }, requestLines('/v1/commands', headers, 'POST'), sent);
  const sized = (length: number | string = body.length) => `Content-Length: ${length}`;

  test.each([
    ['an origin of another page', 403, () => [...own(), sized(), 'Origin: http://evil.example']],
    ['no origin that can be named', 403, () => [...own(), sized(), 'Origin: null']],
    ['a form of a page', 415, () => [HOST, bearer, sized(), 'Content-Type: text/plain']],
    ['two lengths', 400, () => [...own(), sized(), sized(5)]],
    ['a length and chunks', 400, () => [...own(), sized(), 'Transfer-Encoding: chunked']],
    ['a length that is none', 400, () => [...own(), sized('+5')]],
    ['another coding', 400, () => [...own(), 'Transfer-Encoding: gzip']],
    ['two tokens', 400, () => [...own(), sized(), bearer]],
    ['two keys', 400, () => [...own(), sized(), 'Idempotency-Key: a', 'Idempotency-Key: b']],
    ['a host of another', 421, () => [JSON_TYPE, bearer, sized(), 'Host: evil.example']],
    ['a name of 20,000 letters', 431, () => [...own(), sized(), `${'x'.repeat(20_000)}: y`]],
  ])('%s: %i, and nothing is done', async (_, status, headers) => {
    expect((await ask(headers())).status).toBe(status);
    const { body: list } = await send('/v1/commands?groupId=never');
    expect(list).toEqual({ commands: [] });
  });

  test('a second request behind the body of the first one is not run', async () => {
    const second = ['POST /v1/commands HTTP/1.1', ...own(), sized(), '', body].join('\r\n');
    const first = '{"op":"create","groupId":"one"}';
    const text = await peer(...post(first.length, bearer, 'Connection: close')).closed.then(
      () => '',
      () => '',
    );
    expect(text).toBe('');
    const { socket, closed } = peer(...post(first.length, bearer));
    socket.write(`${first}${second}`);
    await closed;
    const { body: list } = await send('/v1/commands?groupId=never');
    expect(list).toEqual({ commands: [] });
  });
});

async function residentBytes(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('drain', () => resolve()));
}

function later(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());
}
