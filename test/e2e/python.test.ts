/** Any language with ZeroMQ can use the daemon: Debian's python3-zmq with a plain REQ socket. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { startCluster } from '../support/cluster.ts';
import { Keys } from '../support/curve.ts';
import { startDaemon } from '../support/daemon.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SCRIPT = join(import.meta.dirname, '../fixtures/req-client.py');
/** The python of the shell, and Debian's, to which python3-zmq belongs. */
const PYTHONS = ['python3', '/usr/bin/python3'];

const NO_PYTHON = 'no python3 with zmq here (Debian: python3-zmq)';
const PAGE = join(import.meta.dirname, '../../docs/protocol.md');

test('a Python REQ socket creates, asks, deletes, and gets its errors', async (ctx) => {
  const python = findPython();
  if (python === undefined) return ctx.skip(NO_PYTHON);
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

test('the example of the protocol page connects by CURVE, and over a socket file', async (ctx) => {
  const python = findPython();
  if (python === undefined) return ctx.skip(NO_PYTHON);
  const example = /## Clients with CURVE[\s\S]*?```python\n([\s\S]*?)```/.exec(
    readFileSync(PAGE, 'utf8'),
  )?.[1];
  const keys = new Keys();
  const { path } = keys.add('deploy', 'commands');
  for (const more of [{}, { LOCKSTEP_ENDPOINT: `ipc://${tempFolder()}/commands` }]) {
    const env = { ...keys.env, ...more };
    await using daemon = await startDaemon({ nodes: 'node01=http://127.0.0.1:9/v1', env });
    const script = example?.replace('tcp://127.0.0.1:5570', daemon.endpoint) ?? '';
    const { stdout, stderr } = spawnSync(python, ['-c', script], {
      cwd: dirname(path),
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(stderr).toBe('');
    expect(stdout).toContain(`'pid': ${daemon.pid}`);
  }
});

function findPython(): string | undefined {
  return PYTHONS.find((name) => spawnSync(name, ['-c', 'import zmq']).status === 0);
}
