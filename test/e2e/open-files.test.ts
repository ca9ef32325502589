/** A daemon with few open files: it refuses to start, or uses fewer connections. */
import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { isError } from '../../src/client/index.ts';
import { connectTo } from '../support/cluster.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { startNodesim } from '../support/nodesim.ts';
import { tempFolder } from '../support/temp-folder.ts';

const DAEMON = new URL('../../src/daemon.ts', import.meta.url).pathname;

const FEW = 8;

test.each([64, 243])('P10: %i open files are too few, and it says so', (limit) => {
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', `ulimit -n ${limit} && exec "$0" "$1"`, process.execPath, DAEMON],
    {
      env: { LOCKSTEP_DATA_DIR: tempFolder(), LOCKSTEP_EXECUTORS: '4' },
      encoding: 'utf8',
    },
  );
  expect(stdout).toBe('');
  expect(stderr).toContain(`the limit of open files is ${limit}, and at least 256 are needed`);
  expect(stderr).toContain('LimitNOFILE=');
  expect(status).toBe(78);
});

test('P10: no open file left is no failure of a node: no breaker opens, and all commit once there are some', async () => {
  await using sim = await startNodesim();
  await using daemon = await startDaemon({ nodes: sim.nodes, executors: 1 });
  const client = await connectTo(daemon);
  // Fewer than are open: what it closes, of its reserve too, it cannot open again.
  allowOpenFiles(daemon, FEW);
  const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
  const answers = keys.map((groupId) => client.create(groupId));
  // More failures of each node, and more in a row, than a breaker allows.
  const failed = async () => {
    const summary = await client.summary();
    if (isError(summary)) throw new Error(summary.error.message);
    return Object.values(summary.nodes).every(({ answers }) => (answers['unsent'] ?? 0) > 30);
  };
  await vi.waitUntil(failed, { timeout: 10_000 });
  const breakers = await client.breakers();
  expect(isError(breakers) ? breakers : Object.values(breakers.breakers)).toMatchObject(
    Array.from({ length: 3 }, () => ({ state: 'closed', openings: 0 })),
  );
  allowOpenFiles(daemon, 1024);
  for (const answer of await Promise.all(answers)) {
    expect(answer).toMatchObject({ state: 'committed' });
  }
});

/** Lowers the limit of the running process. */
function allowOpenFiles({ pid }: Daemon, limit: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${limit}:`]);
}
