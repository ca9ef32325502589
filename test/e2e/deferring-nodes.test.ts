/** Nodes that answer 202 and act later: over real HTTP, with the daemon as it ships. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { connectTo } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** How long a node takes to act. */
const ACTS_MS = 300;
const QUIESCE_MS = 1500;

async function startLateNode() {
  const records = new Set<string>();
  const changes: string[] = [];
  const server = createServer(({ method = '', url = '' }, response) => {
    const key = url.split('/')[2] ?? '';
    if (method === 'GET') {
      const found = records.has(key);
      const body = found ? { groupId: key } : { error: 'not_found' };
      return void response.writeHead(found ? 200 : 404).end(JSON.stringify(body));
    }
    changes.push(`${method} ${key}`);
    const act = () => (method === 'PUT' ? records.add(key) : records.delete(key));
    void pause(ACTS_MS).then(act);
    return void response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, records, changes };
}

const call = { path: '/things/{key}', accepted: 202, applied: [] };
const absent = { status: 404, json: { '/error': 'not_found' } };
const mine = {
  extends: 'challenge',
  create: { ...call, method: 'PUT' },
  delete: { ...call, body: null, gone: absent },
  read: { path: '/things/{key}', absent },
  health: null,
  quiesceMs: QUIESCE_MS,
  limits: { requestTimeoutMs: 1000 },
};

test('P1, P4: what they have accepted is done once, and known when a read shows it', async () => {
  const nodes = await Promise.all([startLateNode(), startLateNode()]);
  const config = join(tempFolder(), 'lockstep.config.json');
  writeFileSync(config, JSON.stringify({ dialect: 'mine', dialects: { mine } }));
  const list = nodes.map(({ url }, index) => `node0${index + 1}=${url}`).join();
  const tried = await runCli(['doctor', '--try', 'canary', '--json'], {
    env: { LOCKSTEP_NODES: list, LOCKSTEP_CONFIG: config },
  });
  const { findings } = JSON.parse(tried.stdout) as { findings: { check: string; level: string }[] };
  const levels = findings
    .filter(({ check }) => check.startsWith('canary'))
    .map(({ level }) => level);
  expect(levels, tried.stdout).toEqual(['ok', 'ok']);
  for (const { changes } of nodes) {
    expect(changes.splice(0)).toEqual(['PUT canary', 'DELETE canary']);
  }
  const daemon = await startDaemon({ nodes: list, env: { LOCKSTEP_CONFIG: config } });
  onTestFinished(async () => daemon[Symbol.asyncDispose]());
  const client = await connectTo(daemon);
  const begun = performance.now();
  expect(await client.create('5')).toMatchObject({ state: 'committed' });
  for (const { records } of nodes) expect([...records]).toEqual(['5']);
  expect(await client.delete('5')).toMatchObject({ state: 'committed' });
  // The delete waited until the creates could no longer land.
  expect(performance.now() - begun).toBeGreaterThan(QUIESCE_MS);
  for (const { records, changes } of nodes) {
    expect([...records]).toEqual([]);
    expect(changes).toEqual(['PUT 5', 'DELETE 5']);
  }
  const { nodes: counted } = (await client.send({ op: 'status' })) as {
    nodes: Record<string, object>;
  };
  expect(counted).toMatchObject({ node01: { answers: { deferred: 2 } } });
});
