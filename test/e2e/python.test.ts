/** Any language with ZeroMQ can use the daemon: Debian's python3-zmq with a plain REQ socket. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCluster } from '../support/cluster.ts';

const SCRIPT = join(import.meta.dirname, '../fixtures/req-client.py');
/** The python of the shell, and Debian's, to which python3-zmq belongs. */
const PYTHONS = ['python3', '/usr/bin/python3'];

test('a Python REQ socket creates, asks, deletes, and gets its errors', async (ctx) => {
  const python = PYTHONS.find((name) => spawnSync(name, ['-c', 'import zmq']).status === 0);
  if (python === undefined) return ctx.skip('no python3 with zmq here (Debian: python3-zmq)');
  const { daemon, sim } = await startCluster();
  const requests = [
    { op: 'create', id: 'from-python', groupId: 'clé 🔑' },
    { op: 'status', id: 'from-python' },
    { op: 'delete', groupId: 'clé 🔑' },
    { op: 'create', groupId: 5 },
    { op: 'ping' },
  ];
  const { stdout, stderr } = spawnSync(python, [SCRIPT, daemon.endpoint], {
    input: requests.map((request) => `${JSON.stringify(request)}\n`).join(''),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const replies = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const node = { state: 'present', attempts: 1 };
  expect(replies).toMatchObject([
    { id: 'from-python', state: 'committed', nodes: { node01: node, node02: node, node03: node } },
    { id: 'from-python', state: 'committed', groupId: 'clé 🔑', lane: 'interactive' },
    { op: 'delete', state: 'committed' },
    { error: { code: 'invalid_request', field: 'groupId' } },
    { pid: daemon.pid, accepting: true },
  ]);
  expect(await sim.stats()).toEqual([true, { node01: 0, node02: 0, node03: 0 }]);
});
