import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startNode, startNodesim } from '../support/nodesim.ts';
import { failureOf, groupCalls, rawCall } from './raw-call.ts';

const MAIN = join(import.meta.dirname, '../../src/nodesim/main.ts');
const data = mkdtempSync(join(tmpdir(), 'nodesim-process-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
});

/** Runs nodesim until it ends by itself. */
async function run(flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const defaults = { NODESIM_DATA_DIR: data, NODESIM_PORT: '0' };
  const child = spawn(process.execPath, [MAIN, ...flags], {
    env: { ...process.env, ...defaults, ...env },
  });
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** A nodesim whose parent talks to it as pm2 does. */
async function runUnderIpc(env: Readonly<Record<string, string>> = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, '--data', data, '--port', '0'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  expect(await once(child, 'message')).toEqual(['ready', undefined]);
  return child;
}

describe('the start', () => {
  it('with wrong settings ends with 78 and says which', async () => {
    expect(await run([], { RANDOM_BEHAVIOR: '7' })).toEqual({
      code: 78,
      output: 'nodesim: RANDOM_BEHAVIOR is "7", not a probability from 0 to 1\n',
    });
    const unknown = await run(['--portt', '1']);
    expect(unknown).toEqual({
      code: 78,
      output: 'nodesim: Unknown argument: portt; did you mean --port?\n',
    });
    const host = await run(['--host', '203.0.113.1']);
    expect(host.code).toBe(78);
    expect(host.output).toMatch(
      /^nodesim: can't listen there \(NODESIM_HOST, NODESIM_PORT\): .+\n$/,
    );
    const place = await run([], { NODESIM_DATA_DIR: '/dev/null/x' });
    expect(place.code).toBe(78);
    expect(place.output).toMatch(/^nodesim: \/dev\/null\/x can't be made: .+NODESIM_DATA_DIR\n$/);
  });

  it('on a taken port ends with 1 and says so, for the shared port and for a node’s', async () => {
    const { server, port } = await takePort();
    try {
      for (const first of [port, port - 2]) {
        const { code, output } = await run(['--port', String(first)]);
        expect(code).toBe(1);
        expect(output).toMatch(/^nodesim: port \d+ .*is taken.*NODESIM_PORT\n$/);
        expect(output).toContain(`port ${port}`);
      }
    } finally {
      server.close();
    }
  });

  it('prints help with examples and ends with 0', async () => {
    const { code, output } = await run(['--help']);
    expect(code).toBe(0);
    expect(output).toContain('nodesim --nodes a,b --port 0');
  });

  it('serves 50 nodes', async () => {
    const nodes = Array.from({ length: 50 }, (_, n) => `n${n}`);
    await using sim = await startNodesim({ nodes });
    expect((await groupCalls(sim.urls['n49'] ?? '').create('5')).status).toBe(201);
    expect((await sim.stats())[1]['n49']).toBe(1);
  });
});

/** A port that was free just now, and so were the two before it. */
async function takePort(): Promise<{ server: ReturnType<typeof createServer>; port: number }> {
  await using sim = await startNodesim({ nodes: ['n', 'm'] });
  const port = Number(new URL(sim.sharedUrl).port) + 2;
  await sim.stop();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { server, port };
}

describe('the end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s comes at once, with hanging, slow and kept-alive connections open',
    async (signal) => {
      await using sim = await startNodesim({ env: { LOCKSTEP_STOP_EXIT_CODE: '79' } });
      const { hostname, port } = new URL(sim.urls['node02'] ?? '');
      const idle = connect(Number(port), hostname);
      await once(idle, 'connect');
      const idleGone = once(idle, 'close').catch((error: unknown) => error);
      await sim.setFaults('node01', { noAnswer: 1, noAnswerEffect: true });
      await sim.setFaults('node02', { slow: 1, slowMs: [60_000, 60_000] });
      const open = ['node01', 'node02'].flatMap((node) => [
        failureOf(groupCalls(sim.urls[node] ?? '').create('5')),
        failureOf(groupCalls(`${sim.sharedUrl}/v1`, { node }).create('6')),
      ]);
      await expect.poll(() => sim.list('node01')).toEqual(['5', '6']);
      await expect.poll(() => sim.list('node02')).toEqual(['5', '6']);
      const asked = performance.now();
      process.kill(sim.pid, signal);
      expect(await sim.stop()).toBe(79);
      expect(performance.now() - asked).toBeLessThan(1500);
      expect(new Set(await Promise.all(open))).toEqual(new Set(['ECONNRESET']));
      await idleGone;
      await sim.restart();
      expect(await sim.list('node01')).toEqual(['5', '6']);
    },
  );

  it('commits and answers what is in flight', async () => {
    await using sim = await startNodesim();
    const group = groupCalls(sim.urls['node01'] ?? '');
    const answers = Array.from({ length: 50 }, (_, n) =>
      group.create(String(n)).then(
        ({ status }) => (status === 201 ? String(n) : undefined),
        () => undefined,
      ),
    );
    await Promise.race(answers);
    await sim.stop();
    const sent = (await Promise.all(answers)).filter((key) => key !== undefined);
    await sim.restart();
    const held = new Set(await sim.list('node01'));
    expect(sent.filter((key) => !held.has(key))).toEqual([]);
  });

  it('says ready to pm2 and obeys its shutdown message', async () => {
    const child = await runUnderIpc({ LOCKSTEP_STOP_EXIT_CODE: '79' });
    child.send('shutdown');
    expect(await once(child, 'exit')).toEqual([79, null]);
  });

  it('comes when the parent is gone, if attached', async () => {
    const child = spawn(process.execPath, [MAIN, '--data', data, '--port', '0', '--attached']);
    children.push(child);
    await once(child.stdout, 'data');
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('comes with 1 and the error when a thread is lost (P8)', async () => {
    await using sim = await startNodesim();
    await sim.setFaults('node02', { refuse: true });
    const { port } = new URL(sim.urls['node02'] ?? '');
    const thief = createServer().listen(Number(port), '127.0.0.1');
    await once(thief, 'listening');
    try {
      await expect(sim.clearFaults()).rejects.toThrow();
      expect(await sim.stop()).toBe(1);
      expect(sim.output).toMatch(
        /error nodesim a thread is lost: Error: listen EADDRINUSE[\s\S]* at /,
      );
    } finally {
      thief.close();
    }
  });
});

describe('the log', () => {
  it('reports each call at debug, and nothing of it by default', async () => {
    await using quiet = await startNode('n');
    await using loud = await startNode('n', { env: { NODESIM_LOG_LEVEL: 'debug' } });
    for (const sim of [quiet, loud]) {
      const group = groupCalls(sim.urls['n'] ?? '');
      await group.create('5', { timestamp: '1.5' });
      await sim.stop();
    }
    expect(quiet.output.trim().split('\n')).toHaveLength(1);
    expect(loud.output).toContain(
      'debug n POST /v1/group, data: {"groupId":"5"}, headers: node: -, timestamp: 1.5\n',
    );
    expect(loud.output).toContain('debug n RANDOM_BEHAVIOR 0\n');
    expect(loud.output).toContain('debug n Done create "5" of 1.5: 201\n');
    expect(loud.output).toContain('debug n Response 201, CREATED\n');
  });

  it('prints one line with the ports when it is ready', async () => {
    await using sim = await startNodesim({ nodes: ['a', 'b'], seed: 5 });
    const [first = ''] = sim.output.split('\n');
    expect(first).toBe(
      `nodesim ready: shared ${sim.sharedUrl}, a ${sim.urls['a']}, b ${sim.urls['b']}, seed 5, data ${sim.dataDir}`,
    );
    expect((await rawCall(`${sim.sharedUrl}/ping/`)).status).toBe(200);
  });
});
