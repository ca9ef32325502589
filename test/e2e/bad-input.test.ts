/**
 * For every input the daemon serves the request or names its error; it does not die, leak, or delay
 * others. One daemon gets all inputs of this file, while another client works beside it.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LockstepClient } from '../../src/client/index.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { type Frame, RawSocket } from '../support/raw-socket.ts';
import { SteadyClient } from '../support/steady-client.ts';

const BURST = 100_000;
const MIB = 1024 * 1024;
/** Longest delay of the client beside, on two busy cores. */
const SLOWEST_MS = 1500;
const GROWTH_BYTES_MAX = 400 * MIB;
const PING = '{"op":"ping"}';

let sim: Nodesim;
let daemon: Daemon;
let client: LockstepClient;
let steady: SteadyClient;
let firstPid: number;
let firstRss: number;

beforeAll(async () => {
  sim = await startNodesim();
  daemon = await startDaemon({ nodes: sim.nodes, env: { LOCKSTEP_LOG_LEVEL: 'warn' } });
  const { endpoint, eventsEndpoint } = daemon;
  client = await LockstepClient.connect({ endpoint, eventsEndpoint });
  steady = new SteadyClient(endpoint);
  // One burst of allowed requests first, so that growth is measured from a working daemon.
  using socket = new RawSocket(endpoint);
  await burst(socket, PING, BURST);
  firstPid = daemon.pid;
  firstRss = rssOf(firstPid);
});

afterAll(async () => {
  steady[Symbol.dispose]();
  client.close();
  await daemon[Symbol.asyncDispose]();
  await sim[Symbol.asyncDispose]();
});

afterEach(async () => {
  const { slowestMs, faults } = await steady.report();
  expect(faults).toEqual([]);
  expect(slowestMs, 'another client waits').toBeLessThan(SLOWEST_MS);
  expect(daemon.alive).toBe(true);
  expect(await client.ping()).toMatchObject({ pid: firstPid, accepting: true });
  expect(rssOf(firstPid) - firstRss, 'memory grows').toBeLessThan(GROWTH_BYTES_MAX);
});

describe('a request that is wrong gets an error that says where', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  test.each<[string, Frame, string | undefined]>([
    ['nothing', '', undefined],
    ['no JSON', 'create 5', undefined],
    ['half of a JSON text', '{"op":"create","groupId"', undefined],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), undefined],
    ['a surrogate as UTF-8', Buffer.from('7b22eda08022227d', 'hex'), undefined],
    ['a byte order mark', `\uFEFF${PING}`, undefined],
    ['a number', '5', undefined],
    ['null', 'null', undefined],
    ['an array', '[{"op":"ping"}]', undefined],
    ['an array in an array, a hundred thousand deep', deep, undefined],
    ['no op', '{"groupId":"5"}', 'op'],
    ['an unknown op', '{"op":"constructor"}', 'op'],
    ['an op that is a number', '{"op":1}', 'op'],
    ['an unknown field', '{"op":"create","groupId":"5","groupid":"5"}', 'groupid'],
    ['a __proto__', '{"op":"create","groupId":"5","__proto__":{"lane":"bulk"}}', '__proto__'],
    ['a number for a key', '{"op":"create","groupId":5}', 'groupId'],
    ['a deep key', `{"op":"create","groupId":${deep}}`, 'groupId'],
    ['an empty id', '{"op":"create","groupId":"5","id":""}', 'id'],
    ['a text for a number', '{"op":"create","groupId":"5","deadlineMs":"9"}', 'deadlineMs'],
    ['a deadline beyond a day', '{"op":"create","groupId":"5","deadlineMs":1e15}', 'deadlineMs'],
    ['an unknown lane', '{"op":"create","groupId":"5","lane":"fast"}', 'lane'],
    ['an unknown wait', '{"op":"create","groupId":"5","wait":1}', 'wait'],
    ['a cursor of another daemon', '{"op":"list","cursor":"abc"}', 'cursor'],
    ['no command to cancel', '{"op":"cancel"}', 'id'],
    ['an empty batch', '{"op":"batch","commands":[]}', 'commands'],
  ])('%s', async (_name, frame, field) => {
    using socket = new RawSocket(daemon.endpoint);
    const { error } = (await socket.ask(frame)) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code: 'invalid_request', message: expect.any(String) });
    expect(error['field']).toBe(field);
  });

  test('in a batch each wrong command alone is reported', async () => {
    const commands = [{ op: 'create', groupId: 'ok' }, null, { op: 'stats' }, { op: 'delete' }];
    using socket = new RawSocket(daemon.endpoint);
    const answer = await socket.ask(JSON.stringify({ op: 'batch', commands }));
    expect(answer).toMatchObject({
      results: [
        { state: 'committed' },
        { error: { field: 'commands.1' } },
        { error: { field: 'commands.2.op' } },
        { error: { field: 'commands.3.groupId' } },
      ],
    });
  });

  test('P7: other content under a known id is reported, while it runs and after', async () => {
    const id = 'taken';
    await sim.setFaults('node01', { slow: 1, slowMs: [300, 300], groupIds: ['slow'] });
    const first = client.create('slow', { id });
    const running = await client.delete('slow', { id });
    expect(await first).toMatchObject({ state: 'committed' });
    const conflict = { id, error: { code: 'id_conflict' } };
    expect(running).toMatchObject(conflict);
    expect(await client.create('other', { id })).toMatchObject(conflict);
    expect(await client.create('slow', { id, ensure: true })).toMatchObject(conflict);
    expect(await client.create('slow', { id })).toMatchObject({ id, state: 'committed' });
    await sim.clearFaults();
  });
});

describe('keys', () => {
  const ALLOWED = [
    'a.b',
    '...',
    '.a',
    '100%',
    '%2F',
    '%00',
    'a b',
    ' ',
    '?x=1&y#z',
    'a+b',
    'C:\\d',
  ];
  const EXOTIC = ['🔑', '👩‍👩‍👧', 'é', 'e\u0301', 'שלום', '\u200b', '"\'`;--', '{"groupId":"5"}'];
  const LONG = ['x'.repeat(256), '🔑'.repeat(256)];

  test.each([...ALLOWED, ...EXOTIC, ...LONG])('%j is created and deleted as it is', async (key) => {
    expect(await client.create(key)).toMatchObject({ groupId: key, state: 'committed' });
    for (const node of Object.keys(sim.urls)) expect(await sim.list(node)).toContain(key);
    expect(await client.create(key)).toMatchObject({ state: 'refused', reason: 'already_exists' });
    expect(await client.delete(key)).toMatchObject({ groupId: key, state: 'committed' });
    for (const node of Object.keys(sim.urls)) expect(await sim.list(node)).not.toContain(key);
  });

  test.each([
    '',
    '.',
    '..',
    'a/b',
    '/',
    'a\nb',
    '\u0000',
    '\u007f',
    '\u0085',
    '\ud83d',
    'a\udc00b',
  ])('%j is refused by name', async (key) => {
    const wrong = { error: { code: 'invalid_request', field: 'groupId' } };
    expect(await client.create(key)).toMatchObject(wrong);
    expect(await client.delete(key)).toMatchObject(wrong);
  });

  test('257 characters are too many', async () => {
    const answer = await client.create('🔑'.repeat(257));
    expect(answer).toMatchObject({ error: { code: 'invalid_request', field: 'groupId' } });
  });
});

describe('frames', () => {
  test.each([[['', '']], [['', '', '']], [Array.from({ length: 33 }, () => '')]])(
    'empty ones get an error behind the same frames',
    async (frames) => {
      using socket = new RawSocket(daemon.endpoint);
      await socket.send(...frames);
      const reply = await socket.receive();
      expect(reply.slice(0, -1).map(String)).toEqual(frames.slice(0, -1));
      expect(JSON.parse(String(reply.at(-1)))).toMatchObject({
        error: { code: 'invalid_request', message: 'the request is empty' },
      });
    },
  );

  test('32 of them before a request come back untouched; with one more it is too_large', async () => {
    const envelope = Array.from({ length: 32 }, (_, index) => String(index));
    using socket = new RawSocket(daemon.endpoint);
    await socket.send(...envelope, PING);
    const reply = await socket.receive();
    expect(reply.slice(0, -1).map(String)).toEqual(envelope);
    expect(JSON.parse(String(reply.at(-1)))).toMatchObject({ pid: firstPid });
    expect(await socket.ask(...envelope, '', PING)).toMatchObject({ error: { code: 'too_large' } });
  });

  test('of 3 MB are answered too_large, many times over', async () => {
    using socket = new RawSocket(daemon.endpoint);
    const large = Buffer.alloc(3 * MIB, '{"op":"create",');
    for (let count = 0; count < 30; count++) {
      expect(await socket.ask(large)).toMatchObject({ error: { code: 'too_large' } });
    }
    expect(await socket.ask(large, PING)).toMatchObject({ error: { code: 'too_large' } });
  });

  test.each([5, 65])('of %i MB cost only their sender the connection', async (size) => {
    using socket = new RawSocket(daemon.endpoint);
    await socket.send(Buffer.alloc(size * MIB));
    // The socket connects again, and may continue.
    await expect.poll(() => socket.ask(PING), { timeout: 20_000 }).toMatchObject({ pid: firstPid });
  });
});

describe('floods', () => {
  test.each([
    ['requests', PING],
    ['wrong requests', '{"op":"create","groupId":5}'],
    ['rubbish', Buffer.alloc(300, 0xff)],
  ])('100,000 %s in a burst are all answered', async (_name, frame) => {
    using socket = new RawSocket(daemon.endpoint);
    await burst(socket, frame, BURST);
  });

  test('P9, P10: a client that never reads is cut: counted, and not read until it reads', async () => {
    using others = new RawSocket(daemon.endpoint);
    using deaf = new RawSocket(daemon.endpoint);
    await deaf.send('{"op":"create","id":"from the deaf","groupId":"heard all the same"}');
    for (let sent = 0; sent < 3 * BURST; sent++) await deaf.send('{"op":"create","groupId":5}');
    const cut = async () => (await fetch(`${daemon.opsUrl}/metrics`)).text();
    await expect.poll(cut, { timeout: 30_000 }).toContain('lockstep_clients_cut_total 1');
    expect(await others.ask('{"op":"status","id":"from the deaf"}')).toMatchObject({
      state: 'committed',
    });
    expect(daemon.output).toContain('replies could not be delivered');
    const ping = JSON.stringify({ op: 'status', id: 'heard again' });
    await expect
      .poll(
        async () => {
          await deaf.send('again', ping);
          for (;;) {
            const [correlation, answer] = await deaf.receive();
            if (String(correlation) === 'again') return JSON.parse(String(answer));
          }
        },
        { timeout: 30_000 },
      )
      .toMatchObject({ id: 'heard again', error: { code: 'unknown_command' } });
  });

  test('a thousand clients that come, ask and go without a word leave nothing', async () => {
    for (let count = 0; count < 1000; count++) {
      using socket = new RawSocket(daemon.endpoint);
      await (count % 2 === 0 ? socket.ask(PING) : socket.send(PING));
    }
  });

  test('the same floods once more take no more memory', async () => {
    const before = rssOf(firstPid);
    for (let round = 0; round < 3; round++) {
      using socket = new RawSocket(daemon.endpoint);
      await burst(socket, '{"op":"create","groupId":5}', BURST);
    }
    expect(rssOf(firstPid) - before).toBeLessThan(100 * MIB);
  });
});

/** Sends all requests at once, and reads as many answers. */
async function burst(socket: RawSocket, frame: Frame, count: number): Promise<void> {
  const sending = (async () => {
    for (let sent = 0; sent < count; sent++) await socket.send(frame);
  })();
  for (let received = 0; received < count; received++) await socket.receive();
  await sending;
}

function rssOf(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}
