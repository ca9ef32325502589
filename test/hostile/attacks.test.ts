/**
 * Attacks on the daemon's two sockets, each with few bytes. One daemon gets all attacks of this
 * file, while an honest client works beside it (P9, P10).
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type DaemonEvent, LockstepClient, type UnknownEvent } from '../../src/client/index.ts';
import type { BatchAnswer } from '../../src/protocol/answer.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { keepReturning } from '../support/returning-peers.ts';
import { SteadyClient } from '../support/steady-client.ts';
import { forgedBody, postLikeABrowser } from '../support/web-page.ts';
import { ZmtpPeer } from '../support/zmtp-peer.ts';

/** Longest delay of an honest client, on two busy cores. */
const SLOWEST_MS = 1500;
const LONG = { timeout: 30_000 };
const OPEN_STATES: ('accepted' | 'applying')[] = ['applying', 'accepted'];
const BUSY = { error: { code: 'busy', retryAfterMs: expect.any(Number) } };

let sim: Nodesim;
let daemon: Daemon;
let client: LockstepClient;
let steady: SteadyClient;
let firstPid: number;

beforeAll(async () => {
  sim = await startNodesim();
  daemon = await startDaemon({ nodes: sim.nodes, env: { LOCKSTEP_LOG_LEVEL: 'warn' } });
  const { endpoint, eventsEndpoint } = daemon;
  client = await LockstepClient.connect({ endpoint, eventsEndpoint });
  steady = new SteadyClient(endpoint);
  firstPid = daemon.pid;
  await steady.report();
});

afterAll(async () => {
  steady[Symbol.dispose]();
  client.close();
  await daemon[Symbol.asyncDispose]();
  await sim[Symbol.asyncDispose]();
});

afterEach(async () => {
  const { slowestMs, faults, answered } = await steady.report();
  expect(daemon.alive, daemon.output).toBe(true);
  expect(faults).toEqual([]);
  expect(answered, 'the honest client is not answered').toBeGreaterThan(0);
  expect(slowestMs, 'the honest client waits').toBeLessThan(SLOWEST_MS);
  expect(await client.ping()).toMatchObject({ pid: firstPid, accepting: true });
});

describe('a web page', () => {
  const orders = [
    { op: 'create', id: 'forged', groupId: 'forged' },
    { op: 'pause', by: 'a web page' },
    { op: 'breaker', node: 'node01', act: 'open' },
  ];

  async function expectNothingDone(): Promise<void> {
    expect(await client.status('forged')).toMatchObject({ error: { code: 'unknown_command' } });
    const { breakers } = (await client.breakers()) as { breakers: Record<string, object> };
    expect(breakers['node01']).toMatchObject({ state: 'closed', openings: 0 });
    expect(await client.create(randomUUID())).toMatchObject({ state: 'committed' });
  }

  test('cannot command the daemon by a POST whose bytes are frames of ZMTP 1.0', async () => {
    for (const endpoint of [daemon.endpoint, daemon.eventsEndpoint]) {
      await postLikeABrowser(new URL(endpoint), forgedBody(orders), 500);
    }
    await expectNothingDone();
  });

  test('cannot command it by fetch either', async () => {
    const { host } = new URL(daemon.endpoint);
    const body = new Uint8Array(forgedBody(orders));
    const signal = AbortSignal.timeout(2000);
    await expect(fetch(`http://${host}/`, { method: 'POST', body, signal })).rejects.toThrow();
    await expectNothingDone();
  });
});

describe('a request that costs much', () => {
  test('P9: with too many states it is rejected', async () => {
    using socket = new RawSocket(daemon.endpoint);
    for (const state of ['"refused"', '0']) {
      const frame = `{"op":"list","state":[${Array(100_000).fill(state).join()}]}`;
      const wrong = { error: { code: 'invalid_request', field: 'state' } };
      expect(await socket.ask(frame)).toMatchObject(wrong);
    }
  });

  test('P8, P9: hundreds of pages of the history at once are seen or answered busy', async () => {
    await fillHistory(1000);
    const pages = await all(400, () => client.list({ limit: 1000 }, { timeoutMs: 60_000 }));
    for (const page of pages) if ('error' in page) expect(page).toMatchObject(BUSY);
    expect(pages.filter((page) => 'commands' in page).length).toBeGreaterThan(0);
  });

  test('P8, P9: questions about tens of thousands of open commands delay no other client', async () => {
    await client.pause('bulk');
    await fill(30_000);
    await all(400, () => client.summary({ timeoutMs: 60_000 }));
    const sent = await all(200, () => {
      const filter = { state: OPEN_STATES, node: 'node01' };
      const selection = { op: 'cancel', filter, dryRun: true, limit: 1000 } as const;
      return client.operate(selection, { timeoutMs: 60_000 });
    });
    for (const one of sent) if ('error' in one) expect(one).toMatchObject(BUSY);
    expect(await client.summary()).toMatchObject({ lanes: { bulk: { waiting: 30_000 } } });
    for (let left = 30_000; left > 0; ) {
      const page = await client.operate({ op: 'cancel', filter: { lane: 'bulk' }, limit: 1000 });
      if ('error' in page) throw new Error(page.error.message);
      left = page.matched - page.commands.length;
    }
    await client.resume('bulk');
  });

  test('P9: batches of ten thousand wrong commands are answered command by command', async () => {
    using socket = new RawSocket(daemon.endpoint);
    const frame = `{"op":"batch","commands":[${Array(10_000).fill('{}').join()}]}`;
    for (let count = 0; count < 30; count++) await socket.send(frame);
    for (let count = 0; count < 30; count++) {
      const { results } = JSON.parse(String((await socket.receive()).at(-1))) as BatchAnswer;
      expect(results).toHaveLength(10_000);
      expect(results.at(-1)).toMatchObject({ error: { field: 'commands.9999.op' } });
    }
  });

  test('P9: ten thousand frames in front of a request are answered too_large', async () => {
    using socket = new RawSocket(daemon.endpoint);
    const frames = Array.from({ length: 10_000 }, () => '');
    expect(await socket.ask(...frames, '{"op":"ping"}')).toMatchObject({
      error: { code: 'too_large' },
    });
  });
});

describe('a peer that is silent', () => {
  test('from the start is let go', async () => {
    const { port, hostname } = new URL(daemon.endpoint);
    const mute = connect(Number(port), hostname);
    await once(mute.resume(), 'close');
  });

  test('P9: more of them than there are descriptors do not end the daemon', async (ctx) => {
    const taken = readdirSync(`/proc/${firstPid}/fd`).length;
    const limits = readFileSync(`/proc/${firstPid}/limits`, 'utf8');
    const [, before = ''] = /^Max open files +(\d+)/m.exec(limits) ?? [];
    if (!limitDescriptors(String(taken + 100))) return ctx.skip('no prlimit here');
    onTestFinished(() => void limitDescriptors(before));
    const { port, hostname } = new URL(daemon.endpoint);
    // The daemon ends a silent connection after two seconds; another one takes its place.
    const end = keepReturning({ port: Number(port), host: hostname, count: 1000, pauseMs: 100 });
    onTestFinished(end);
    // The memory guard checks every five seconds, and needs a descriptor for that.
    await vi.waitUntil(() => daemon.output.includes('memory use cannot be read'), LONG);
    expect(await client.ping()).toMatchObject({ pid: firstPid, accepting: true });
    end();
    // A new connection to a node needs a descriptor as well: creates may have waited for one.
    expect(await client.create(randomUUID())).toMatchObject({ state: 'committed' });
    expect((await steady.report()).faults).toEqual([]);
    expect(await client.create(randomUUID())).toMatchObject({ state: 'committed' });
  });
});

describe('a subscriber', () => {
  test('P10: that ends a subscription it never had silences no other', async () => {
    const events = client.subscribe(['command.committed']);
    onTestFinished(() => events.close());
    const news = events[Symbol.asyncIterator]();
    await untilHeard(news);
    using hostile = new ZmtpPeer(daemon.eventsEndpoint, 'SUB');
    hostile.say(0, 'command.committed');
    hostile.say(1, 'command.accepted');
    await vi.waitUntil(async () => {
      await client.create(randomUUID());
      return hostile.heard.includes('command.accepted');
    }, LONG);
    await untilHeard(news);
    const late = client.subscribe(['command.committed']);
    onTestFinished(() => late.close());
    await untilHeard(late[Symbol.asyncIterator]());
  });

  test('P9: that subscribes to tens of thousands of topics is disconnected, and slows no other', async () => {
    using hostile = new ZmtpPeer(daemon.eventsEndpoint, 'SUB');
    for (let count = 0; count < 50_000; count++) hostile.say(1, `${count}`);
    await hostile.closed;
  });

  test('P9: hundreds that leave at once beside one of many topics slow no other', async () => {
    const peers = Array.from({ length: 300 }, () => new ZmtpPeer(daemon.eventsEndpoint, 'SUB'));
    await Promise.all(peers.map((peer) => peer.ready));
    using hostile = new ZmtpPeer(daemon.eventsEndpoint, 'SUB');
    await hostile.ready;
    await hostile.subscribe(4000, 240);
    for (const peer of peers) peer[Symbol.dispose]();
    expect(await client.ping({ timeoutMs: 10_000 })).toMatchObject({ accepting: true });
  });
});

/** Sets the soft limit of the daemon; returns whether that was possible. */
function limitDescriptors(most: string): boolean {
  return spawnSync('prlimit', ['--pid', String(firstPid), `--nofile=${most}:`]).status === 0;
}

/** `count` requests at once. */
function all<T>(count: number, ask: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, ask));
}

/** Settled commands, so that a page is not empty. */
async function fillHistory(count: number): Promise<void> {
  const key = randomUUID();
  await client.create(key);
  const commands = Array.from({ length: count }, () => ({ op: 'create', groupId: key }) as const);
  const answer = await client.batch(commands, { timeoutMs: 60_000 });
  expect(answer).toHaveProperty('results.length', count);
}

/** Open commands in the bulk lane. */
async function fill(count: number): Promise<void> {
  const fields = { op: 'create', lane: 'bulk', wait: 'accepted', deadlineMs: 3_600_000 } as const;
  for (let done = 0; done < count; done += 5000) {
    const commands = Array.from({ length: 5000 }, () => ({ ...fields, groupId: randomUUID() }));
    expect(await client.batch(commands, { timeoutMs: 60_000 })).toHaveProperty(
      'results.length',
      5000,
    );
  }
}

/** Creates commands until an event reports one of them. */
async function untilHeard(news: AsyncIterator<DaemonEvent | UnknownEvent, void>): Promise<void> {
  const asked = new Set<string>();
  const heard = (async () => {
    for (;;) {
      const { value } = await news.next();
      if (value?.kind === 'command' && asked.has(value.payload.id)) return true;
    }
  })();
  let isHeard = false;
  void heard.then(() => {
    isHeard = true;
  });
  await vi.waitUntil(async () => {
    const id = randomUUID();
    asked.add(id);
    await client.create(id, { id });
    return isHeard;
  }, LONG);
}
