/** Keys that nodes have lost are found and restored while clients continue to work. */
import { describe, expect, test } from 'vitest';
import { type CommandAnswer, isError, type LockstepClient } from '../../src/client/index.ts';
import { connectTo, startCluster } from '../support/cluster.ts';
import { runCli } from '../support/run-cli.ts';

const KEYS = Array.from({ length: 300 }, (_, index) => `key ${index}`);
const NODES = ['node01', 'node02', 'node03'];

async function setUp(randomBehavior: number) {
  const cluster = await startCluster({
    nodesim: { randomBehavior },
    env: { LOCKSTEP_REQUEST_TIMEOUT_MS: '1000', LOCKSTEP_QUIESCE_MS: '1000' },
  });
  const env = { LOCKSTEP_ENDPOINT: cluster.daemon.endpoint };
  const run = (...args: string[]) => runCli(['audit', ...args], { env });
  await Promise.all(KEYS.map((key) => cluster.client.create(key)));
  return { ...cluster, run };
}

describe('audit', () => {
  test('P1: a node that lost everything is found, filled, and found to be well', async () => {
    const { run, sim, client } = await setUp(0);
    expect((await run()).code).toBe(0);
    await sim.reset('node02');
    const found = await run();
    expect(found.stdout).toMatch(/key 0 +missing +present +present +absent +present +create\n/);
    expect(found.stdout).toContain('audit: 300 keys differ (missing 300), 300 compared');
    expect(found.code).toBe(1);
    expect(await client.summary()).toMatchObject({ audit: { divergent: 300 } });
    const repaired = await run('--repair', '--yes');
    expect(repaired.stdout).toContain('repair: 300 keys repaired; now 0 keys differ');
    expect(repaired.code).toBe(0);
    expect(await client.summary()).toMatchObject({ audit: { divergent: 0 } });
    expect(await sim.list('node02')).toEqual([...KEYS].sort());
  });

  test('P1, P6: repairs under load bring nothing back that was deleted', async () => {
    const { run, sim, client, daemon } = await setUp(0.05);
    const stop = new AbortController();
    const clients = await Promise.all([0, 1, 2, 3].map(() => connectTo(daemon)));
    const load = clients.map((one, lot) => toggle(one, lot, stop.signal));
    await sim.reset('node02');
    const repairs = [await run('--repair', '--yes')];
    await sim.reset('node03');
    repairs.push(await run('--repair', '--yes'));
    stop.abort();
    const last = new Map((await Promise.all(load)).flatMap((lot) => [...lot]));
    for (const { stdout } of repairs) expect(stdout).toMatch(/repair: \d+ keys repaired/);
    await expect.poll(async () => summaryOf(client), { timeout: 30_000 }).toBe(0);
    const gone = KEYS.filter((key) => last.get(key) === 'delete');
    expect(gone.length).toBeGreaterThan(20);
    for (const node of NODES) {
      const held = new Set(await sim.list(node));
      expect(gone.filter((key) => held.has(key))).toEqual([]);
    }
    // The repair restores the rest, and every node then matches the answers.
    await run('--repair', '--yes');
    const wanted = KEYS.filter((key) => last.get(key) !== 'delete').sort();
    for (const node of NODES) expect(await sim.list(node)).toEqual(wanted);
    expect((await run()).code).toBe(0);
  });
});

/** Deletes and creates the keys of its share in turn; returns the last outcome of each. */
async function toggle(
  client: LockstepClient,
  lot: number,
  stop: AbortSignal,
): Promise<ReadonlyMap<string, 'create' | 'delete'>> {
  const words = new Map<string, 'create' | 'delete'>();
  // No client works on some keys: only a repair restores those.
  const own = KEYS.filter((_, index) => index % 4 === lot && index % 10 !== 9);
  for (let turn = 0; !stop.aborted; turn++) {
    const groupId = own[turn % own.length] ?? '';
    const op = words.get(groupId) === 'delete' ? 'create' : 'delete';
    const answer = await client.send({ op, groupId, ensure: true, deadlineMs: 20_000 });
    if (isError(answer)) throw new Error(JSON.stringify(answer));
    const { state, reason } = answer as CommandAnswer;
    const isSo = reason === 'not_found' || reason === 'already_exists';
    if (state === 'committed' || isSo) words.set(groupId, op);
  }
  return words;
}

async function summaryOf(client: LockstepClient): Promise<number> {
  const summary = await client.summary();
  return isError(summary) ? -1 : summary.open;
}
