/**
 * Requests that a killed daemon had given to the kernel, over a network path that comes back later.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { CommandAnswer } from '../../src/protocol/answer.ts';
import { programAt, type SilentRoad, silentRoad } from '../support/silent-road.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NODE = fileURLToPath(new URL('./programs/holding-node.ts', import.meta.url));
const NODESIM = fileURLToPath(new URL('../../src/nodesim/main.ts', import.meta.url));
const DAEMON = fileURLToPath(new URL('../../src/daemon.ts', import.meta.url));
const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** The kernel then sends for 25.4 s: after 3, 6.5 and 13 s, which leaves time to start a daemon. */
const ORPHAN_RETRIES = 6;
const WAIT_MS = 60_000;

async function eventually(read: () => unknown): Promise<void> {
  await expect.poll(read, { timeout: WAIT_MS, interval: 50 }).toBeTruthy();
}

/**
 * Three nodes, of which the third is behind the cut path; the ports are free in a network namespace
 * of its own.
 */
async function cluster(road: SilentRoad) {
  const sim = programAt(road.near, NODESIM, {
    args: ['--attached', '--port=7400', '--nodes=node01,node02', `--data=${tempFolder()}`],
  });
  const far = programAt(road.far, NODE, { args: [road.farAddress] });
  await eventually(() => far.lines.length > 0 && sim.lines.some((line) => line.includes('ready')));
  const nodes = [
    'node01=http://127.0.0.1:7401/v1',
    'node02=http://127.0.0.1:7402/v1',
    `node03=http://${road.farAddress}:${far.lines[0]}/v1`,
  ];
  const env = {
    LOCKSTEP_NODES: nodes.join(','),
    LOCKSTEP_DIALECT: 'challenge',
    LOCKSTEP_DATA_DIR: tempFolder(),
    LOCKSTEP_SYSLOG_ADDRESS: 'none',
    // Only the requests of this test are on the road, and no breaker opens for its cuts.
    LOCKSTEP_HEALTH_CHECK_EVERY_MS: '0',
    LOCKSTEP_REQUEST_TIMEOUT_MS: '1000',
    LOCKSTEP_CONNECT_TIMEOUT_MS: '1000',
    LOCKSTEP_QUIESCE_MS: '1000',
    LOCKSTEP_BREAKER_SLOW_MS: '1000',
  };
  const startDaemon = async () => {
    const daemon = programAt(road.near, DAEMON, { env });
    await eventually(() => daemon.lines.some((line) => line.includes(' ready ')));
    return daemon;
  };
  const ask = async (...words: string[]): Promise<CommandAnswer> => {
    const [command = '', ...prefix] = road.near;
    const line = [...prefix, process.execPath, CLI, ...words, '--json', '--timeout=60s'];
    // Its outcome is in its answer as well.
    const { stdout } = await promisify(execFile)(command, line).catch(
      (error: unknown) => error as { stdout: string },
    );
    return JSON.parse(stdout) as CommandAnswer;
  };
  return { far, startDaemon, ask };
}

test(
  'P4.5: a create that follows a delete of a killed daemon waits until the kernel sends it no more, and says so',
  async (ctx) => {
    const road = silentRoad(ctx);
    road.setOrphanRetries(ORPHAN_RETRIES);
    const { far, startDaemon, ask } = await cluster(road);
    const killed = await startDaemon();
    expect(await ask('create-one', 'k')).toMatchObject({ state: 'committed' });
    far.tell('hold');
    // No client receives its answer.
    void ask('delete-one', 'k', '--id=gone').catch(() => {});
    await eventually(() => far.lines.includes('GET k: held'));
    road.cutOneWay();
    far.tell('release');
    await eventually(() => road.unsent().some((bytes) => bytes > 0));
    killed.kill9();
    await killed.ended;
    await startDaemon();
    const created = ask('create-one', 'k', '--id=after', '--deadline=60s');
    road.mend();
    await eventually(async () => (await ask('status', 'gone')).state === 'committed');
    const waiting = await ask('status', 'after');
    expect(await created).toMatchObject({ state: 'committed' });
    await eventually(() => road.unsent().every((bytes) => bytes === 0));
    const changes = far.lines.filter((line) => /^(POST|DELETE)/.test(line));
    // The delete of the living daemon, and the request that the killed one had left with the
    // kernel.
    expect(changes).toEqual(['POST k: 201', 'DELETE k: 200', 'DELETE k: 404', 'POST k: 201']);
    expect(waiting.nodes?.['node03']?.lastResponse).toMatch(/may still land here until \d{4}-/);
  },
  3 * WAIT_MS,
);
