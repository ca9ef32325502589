/** How the daemon starts and ends: exit codes, draining, interrupting, lost threads. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LockstepClient } from '../../src/client/index.ts';
import type { Faults } from '../../src/nodesim/faults/schema.ts';
import { startCluster, statusOf } from '../support/cluster.ts';
import { type Daemon, type DaemonOptions, prepareDaemon, startDaemon } from '../support/daemon.ts';
import { crash, evaluateIn, INSPECTED } from '../support/inspector.ts';
import { RawSocket } from '../support/raw-socket.ts';

/** No program listens there. */
const NODES = 'node01=http://127.0.0.1:9/v1';
const DEAF: Faults = { noAnswer: 1, noAnswerEffect: false };
const IDLE_STOP_MS = 1000;
const SETTINGS = {
  LOCKSTEP_REQUEST_TIMEOUT_MS: '1500',
  LOCKSTEP_QUIESCE_MS: '1500',
  LOCKSTEP_DRAIN_MS: '8000',
};

async function running(options: Partial<DaemonOptions> = {}): Promise<Daemon> {
  const daemon = await startDaemon({ nodes: NODES, executors: 2, ...options });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  return daemon;
}

/** A daemon that must fail to start: its exit code and its output. */
async function failing(options: Partial<DaemonOptions>) {
  const daemon = await prepareDaemon({ nodes: NODES, ...options });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  await expect(daemon.restart()).rejects.toThrow('the daemon ended');
  return { code: await daemon.ended(), output: daemon.output };
}

describe('an idle daemon', () => {
  test.each([
    ['SIGTERM', {}, 0],
    ['SIGINT', {}, 0],
    ['SIGTERM', { LOCKSTEP_STOP_EXIT_CODE: '79' }, 79],
  ] as const)('is gone in less than a second after %s', async (signal, env, code) => {
    const daemon = await running({ env });
    const begun = performance.now();
    expect(await daemon.stop(signal)).toBe(code);
    expect(performance.now() - begun).toBeLessThan(IDLE_STOP_MS);
    expect(daemon.output).toContain(`shutdown complete (${signal}), exiting with code ${code}`);
  });

  test('stops as pm2 asks it to, too', async () => {
    const daemon = await running();
    daemon.tell('shutdown');
    expect(await daemon.ended()).toBe(0);
  });

  test('logs more, and less again, after SIGHUP', async () => {
    const daemon = await running();
    daemon.signal('SIGHUP');
    await vi.waitUntil(() => daemon.output.includes('log level is now debug'), 5000);
    daemon.signal('SIGHUP');
    await vi.waitUntil(() => daemon.output.includes('log level is now info'), 5000);
    expect(await daemon.stop()).toBe(0);
  });
});

describe('a daemon that cannot start', () => {
  test.each([
    ['LOCKSTEP_QUIESCE_MS', '5s'],
    ['LOCKSTEP_NODES', 'node01'],
    ['LOCKSTEP_QUIESCE', '5000'],
    ['LOCKSTEP_ENDPOINT', 'tcp://127.0.0.1:99999'],
  ])('because %s is %s exits 78 and says so', async (name, value) => {
    const { code, output } = await failing({ env: { [name]: value } });
    expect(output).toContain(name);
    expect(code).toBe(78);
  });

  test.each(['LOCKSTEP_ENDPOINT', 'LOCKSTEP_EVENTS_ENDPOINT'])(
    'because another has the port of %s exits 1 and says where',
    async (name) => {
      const { endpoint } = await running();
      const { code, output } = await failing({ env: { [name]: endpoint } });
      expect(output).toContain(`cannot listen on ${endpoint}`);
      expect(output).toContain(name);
      expect(code).toBe(1);
    },
  );

  test('P6: because another works on its journal exits 1, names it, and leaves it alone', async () => {
    const { dataDir, pid, endpoint, ...first } = await running();
    const { code, output } = await failing({ dataDir });
    expect(output).toContain(`is held by the daemon with process id ${pid}`);
    expect(code).toBe(1);
    using socket = new RawSocket(endpoint);
    expect(await socket.ask('{"op":"ping"}')).toMatchObject({ pid, accepting: true });
    expect(first.alive).toBe(true);
  });

  test('because its journal is none exits 1 and does not touch it', async () => {
    const { dataDir, ...first } = await running();
    await first.stop();
    writeFileSync(join(dataDir, 'journal.db'), 'Dear diary, today I was a text file. '.repeat(99));
    const { code, output } = await failing({ dataDir });
    expect(output).toContain('journal');
    expect(output).toContain('hint');
    expect(code).toBe(1);
  });
});

describe('a daemon that is stopped', () => {
  test('lets exchanges end, and turns new commands away', async () => {
    const { sim, daemon, client } = await startCluster({ executors: 2, env: SETTINGS });
    await sim.setFaults('node02', { slow: 1, slowMs: [1000, 1000] });
    const outcome = client.create('k', { id: 'running' });
    await statusOf(client, 'running', { state: 'applying' });
    await vi.waitUntil(async () => ((await sim.counters())['node02']?.faults.slow ?? 0) > 0, 5000);
    const stopped = daemon.stop();
    await vi.waitUntil(() => daemon.output.includes('stopping: SIGTERM'), 5000);
    expect(await client.create('new', { id: 'new' })).toMatchObject({
      error: { code: 'draining' },
    });
    expect(await client.ping()).toMatchObject({ accepting: false });
    expect(await outcome).toMatchObject({ state: 'committed' });
    expect(await stopped).toBe(0);
    expect(await sim.stats()).toEqual([true, { node01: 1, node02: 1, node03: 1 }]);
    await daemon.restart();
    expect(await client.status('new')).toMatchObject({ error: { code: 'unknown_command' } });
  });

  test('P3: leaves commands that cannot end to its next life, and answers their clients', async () => {
    const { sim, daemon, client } = await startCluster({ executors: 2, env: SETTINGS });
    await sim.setFaults('node02', DEAF);
    // See lastWordOn.
    using socket = new RawSocket(daemon.endpoint);
    for (const command of [
      { op: 'create', groupId: 'k', id: 'running' },
      { op: 'delete', groupId: 'k', id: 'in line' },
      { op: 'create', groupId: 'other', id: 'other', deadlineMs: 60_000 },
    ]) {
      await socket.send(JSON.stringify(command));
    }
    await statusOf(client, 'in line', { state: 'accepted' });
    await statusOf(client, 'other', { state: 'applying' });
    expect(await daemon.stop()).toBe(0);
    const sent: unknown[] = [];
    while (sent.length < 3) sent.push(JSON.parse(String((await socket.receive()).at(-1))));
    expect(sent).toMatchObject([
      { id: 'running', error: { code: 'draining' } },
      { id: 'in line', error: { code: 'draining' } },
      { id: 'other', error: { code: 'draining' } },
    ]);
    await sim.clearFaults();
    await daemon.restart();
    for (const id of ['running', 'in line', 'other']) {
      await statusOf(client, id, { state: 'committed' });
    }
    expect(await sim.stats()).toEqual([true, { node01: 1, node02: 1, node03: 1 }]);
  });

  test('with a thousand commands under way is gone soon, and loses none', async () => {
    const { sim, daemon, client } = await startCluster({ executors: 2, env: SETTINGS });
    await sim.setSettings('*', { randomBehavior: 0.2 });
    const ids = Array.from({ length: 1000 }, (_, index) => `${index}`);
    const options = { persist: true, deadlineMs: 60_000 };
    const asked = ids.map((id) => client.create(id, { id, ...options }));
    await statusOf(client, '300', { state: 'committed' });
    expect(await daemon.stop()).toBe(0);
    await daemon.restart();
    const answers = await Promise.all(asked);
    expect(answers.every((answer) => 'state' in answer && answer.state === 'committed')).toBe(true);
    expect(await sim.stats()).toEqual([true, { node01: 1000, node02: 1000, node03: 1000 }]);
  });

  test('a second time gives running exchanges up at once', async () => {
    const { sim, daemon, client } = await startCluster({
      executors: 2,
      env: { ...SETTINGS, LOCKSTEP_REQUEST_TIMEOUT_MS: '3000', LOCKSTEP_QUIESCE_MS: '3000' },
    });
    await sim.setFaults('node02', { ...DEAF, on: ['create'] });
    const outcome = lastWordOn('given up', daemon);
    await vi.waitUntil(async () => (await sim.list('node03')).length === 1, 5000);
    daemon.signal('SIGTERM');
    await vi.waitUntil(() => daemon.output.includes('stopping: SIGTERM'), 5000);
    const begun = performance.now();
    expect(await daemon.stop('SIGINT')).toBe(0);
    expect(performance.now() - begun).toBeLessThan(IDLE_STOP_MS);
    expect(daemon.output).toContain('interrupting');
    expect(await outcome).toMatchObject({ id: 'given up', error: { code: 'draining' } });
    await sim.clearFaults();
    await daemon.restart();
    await statusOf(client, 'given up', { state: 'committed' });
  });

  test('P9: is gone after drainMs and interruptMs, whatever hangs', async () => {
    const { sim, daemon, client } = await startCluster({
      executors: 1,
      env: {
        LOCKSTEP_REQUEST_TIMEOUT_MS: '800',
        LOCKSTEP_QUIESCE_MS: '800',
        LOCKSTEP_DRAIN_MS: '1000',
        LOCKSTEP_INTERRUPT_MS: '1000',
        // No breaker opens before the last command has come: it would be refused.
        LOCKSTEP_BREAKER_FAILURES: '1000000',
        LOCKSTEP_BREAKER_VOLUME: '1000000',
      },
    });
    await sim.setFaults('*', { errorBefore: 1 });
    const ids = Array.from({ length: 300 }, (_, index) => `${index}`);
    for (const id of ids) void client.create(id, { id, wait: 'accepted' });
    await statusOf(client, '299', { state: 'applying' });
    const begun = performance.now();
    expect(await daemon.stop()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(2500);
  });
});

describe('a thread that is lost', () => {
  test('P8: the rest drains: what another executor has under way ends and is answered, and the exit code is 1', async () => {
    const { sim, daemon, client, outcomes } = await twoUnderWay();
    await evaluateIn(daemon, 'executor-1', crash());
    expect(await outcomes).toMatchObject([
      { id: '1', error: { code: 'draining' } },
      { id: '2', state: 'committed' },
    ]);
    expect(await daemon.ended()).toBe(1);
    expect(daemon.output).not.toContain('interrupted within');
    await sim.clearFaults();
    await daemon.restart();
    await statusOf(client, '1', { state: 'committed' });
    expect(await sim.stats()).toEqual([true, { node01: 2, node02: 2, node03: 2 }]);
  });

  test('during an intended stop changes nothing about that: the rest drains, and the exit code is the intended one', async () => {
    const { daemon, outcomes } = await twoUnderWay({ LOCKSTEP_STOP_EXIT_CODE: '79' });
    daemon.signal('SIGTERM');
    await vi.waitUntil(() => daemon.output.includes('stopping: SIGTERM'), 5000);
    await evaluateIn(daemon, 'executor-1', crash());
    expect(await outcomes).toMatchObject([
      { id: '1', error: { code: 'draining' } },
      { id: '2', state: 'committed' },
    ]);
    expect(await daemon.ended()).toBe(79);
    expect(daemon.output).toContain('missing [executor-1]');
    expect(daemon.output).toContain('shutdown complete (SIGTERM), exiting with code 79');
  });

  test('P9: the draining after it has its bound as well', async () => {
    const { daemon, outcomes } = await twoUnderWay({ LOCKSTEP_DRAIN_MS: '1600' }, 30_000);
    const begun = performance.now();
    await evaluateIn(daemon, 'executor-1', crash());
    expect(await daemon.ended()).toBe(1);
    expect(performance.now() - begun).toBeLessThan(1600 + IDLE_STOP_MS);
    expect(await outcomes).toMatchObject([
      { error: { code: 'draining' } },
      { error: { code: 'draining' } },
    ]);
  });
});

/**
 * Creates a key of this name and returns the daemon's last answer. It uses a socket that keeps
 * unread answers: the client of lockstep drops them with the connection, and asks again.
 */
async function lastWordOn(id: string, { endpoint }: { endpoint: string }): Promise<unknown> {
  using socket = new RawSocket(endpoint);
  return await socket.ask(JSON.stringify({ op: 'create', groupId: id, id }));
}

/** Two executors with one command each (`1`, `2`), which a slow node delays. */
async function twoUnderWay(env = {}, slowMs = 1200) {
  const cluster = await startCluster({ executors: 2, env: { ...SETTINGS, ...INSPECTED, ...env } });
  const { sim, daemon, client } = cluster;
  await sim.setFaults('node02', { slow: 1, slowMs: [slowMs, slowMs] });
  const one = lastWordOn('1', daemon);
  await statusOf(client, '1', { state: 'applying' });
  const other = lastWordOn('2', daemon);
  await vi.waitUntil(async () => (await sim.counters())['node02']?.faults.slow === 2, 5000);
  return { ...cluster, outcomes: Promise.all([one, other]) };
}

test('a daemon is found by a client that was there before it', async () => {
  const daemon = await prepareDaemon({ nodes: NODES });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const client = new LockstepClient({ endpoint: daemon.endpoint });
  onTestFinished(() => client.close());
  const answer = client.ping();
  await daemon.restart();
  expect(await answer).toMatchObject({ pid: daemon.pid, accepting: true });
});
