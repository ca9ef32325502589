/** `create` and `delete` with `dryRun`, with a real daemon and real nodes. */
import { describe, expect, test } from 'vitest';
import { askDryRun } from '../../src/cli/dry-run/ask.ts';
import { isError, type LockstepClient } from '../../src/client/index.ts';
import { startCluster } from '../support/cluster.ts';
import { runCli } from '../support/run-cli.ts';

type Cluster = Awaited<ReturnType<typeof startCluster>>;

function foreseeing(client: LockstepClient) {
  return async (op: 'create' | 'delete', groupId: string, fields = {}) => {
    const answer = await askDryRun(client, op, { groupId, ...fields });
    if (isError(answer)) throw new Error(answer.error.message);
    const { would, reason, waitsFor, nodes } = answer;
    const plan = Object.values(nodes).map((node) => `${node.state}, ${node.would}`);
    return { would, reason, waitsFor, plan };
  };
}

/** A record of another program. */
async function put({ sim }: Cluster, node: string, key: string): Promise<void> {
  const body = JSON.stringify({ groupId: key });
  const answer = await fetch(`${sim.urls[node]}/group`, { method: 'POST', body });
  expect(answer.status).toBe(201);
}

/** Requests that change a node, of all nodes; the journal's commands. */
async function changes({ sim, client }: Cluster) {
  const counters = Object.values(await sim.counters());
  const calls = counters.map((one) => JSON.stringify(one)).join();
  const writes = [...calls.matchAll(/"(?:create|delete)":(\{[^}]*\}|\d+)/g)].join();
  const listed = await client.list({ limit: 1000 });
  return { writes, commands: isError(listed) ? [] : listed.commands.map(({ id }) => id) };
}

const ALL = (text: string) => Array.from({ length: 3 }, () => text);

describe('a dry run', () => {
  test.each(['reliable-ops', 'challenge'])(
    'P2: says what the command then does, and changes neither a node nor the journal (%s)',
    async (dialect) => {
      const cluster = await startCluster({ env: { LOCKSTEP_DIALECT: dialect } });
      const { client, sim } = cluster;
      await client.create('held');
      await put(cluster, 'node02', 'some');
      const foresee = foreseeing(client);
      const before = await changes(cluster);
      const stats = await sim.stats();
      expect(await foresee('create', 'fresh')).toMatchObject({
        would: 'commit',
        plan: ALL('absent, create'),
      });
      expect(await foresee('create', 'held')).toMatchObject({
        would: 'refuse',
        reason: 'already_exists',
        plan: ALL('present, nothing'),
      });
      expect(await foresee('create', 'some')).toMatchObject({ reason: 'diverged' });
      expect(await foresee('create', 'some', { ensure: true })).toMatchObject({
        would: 'commit',
        plan: ['absent, create', 'present, nothing', 'absent, create'],
      });
      expect(await foresee('delete', 'held')).toMatchObject({ plan: ALL('present, delete') });
      expect(await foresee('delete', 'fresh')).toMatchObject({ reason: 'not_found' });
      expect(await foresee('delete', 'some')).toMatchObject({ reason: 'diverged' });
      expect(await changes(cluster)).toEqual(before);
      expect(await sim.stats()).toEqual(stats);
      // The commands themselves.
      expect(await client.create('fresh')).toMatchObject({ state: 'committed' });
      expect(await client.create('held')).toMatchObject({ reason: 'already_exists' });
      expect(await client.delete('some')).toMatchObject({ reason: 'diverged' });
      expect(await client.create('some', { ensure: true })).toMatchObject({ state: 'committed' });
      expect(await client.delete('held')).toMatchObject({ state: 'committed' });
      expect(await changes(cluster)).not.toEqual(before);
    },
  );

  test('names the command that has the key, and says if a node cannot be read', async () => {
    const { client, sim } = await startCluster();
    const foresee = foreseeing(client);
    await client.pause('bulk');
    await client.create('5', { id: 'first', lane: 'bulk', wait: 'accepted' });
    expect(await foresee('create', '5')).toMatchObject({ would: 'commit', waitsFor: 'first' });
    await sim.setFaults('node02', { forceStatus: 500 });
    expect(await foresee('create', '6')).toMatchObject({
      would: 'unknown',
      plan: ['absent, nothing', 'unknown, nothing', 'absent, nothing'],
    });
  });

  test('P9: is refused where its command would be, and more than fifty of one client at once are busy', async () => {
    const { client, sim } = await startCluster();
    await sim.setFaults('node02', { slow: 1, slowMs: [1500, 1500] });
    const many = Array.from({ length: 60 }, (_, index) =>
      client.send({ op: 'create', groupId: `k${index}`, dryRun: true }),
    );
    const answers = await Promise.all(many);
    const refused = answers.filter(isError).map(({ error }) => error.code);
    expect(refused).toEqual(Array.from({ length: 10 }, () => 'busy'));
    await sim.clearFaults();
    await client.breaker('node02', 'open');
    expect(await client.send({ op: 'delete', groupId: '5', dryRun: true })).toMatchObject({
      error: { code: 'unavailable' },
    });
    expect(await client.send({ op: 'create', groupId: 'a/b', dryRun: true })).toMatchObject({
      error: { code: 'invalid_request', field: 'groupId' },
    });
    const command = { op: 'create', groupId: '5', dryRun: true };
    expect(await client.send({ op: 'batch', commands: [command] })).toMatchObject({
      results: [{ error: { code: 'invalid_request', field: 'commands.0.dryRun' } }],
    });
  });
});

test('lockstep create and delete --dry-run, of one key and of many', async () => {
  const cluster = await startCluster();
  const { client, daemon } = cluster;
  await client.create('2');
  const env = { LOCKSTEP_ENDPOINT: daemon.endpoint };
  const one = await runCli(['delete-one', '2', '--dry-run'], { env });
  expect(one.stdout).toMatch(
    /^delete 2: would be committed\n\n.*node +record +would\n +node01 +present +delete\n.*\nNothing was changed\.\n$/s,
  );
  expect(one.code).toBe(0);
  const refused = await runCli(['create-one', '2', '--dry-run'], { env });
  expect(refused.stdout).toContain('create 2: would be refused, already_exists');
  expect(refused.code).toBe(1);
  const many = await runCli(['create', '1..3', '--dry-run', '-o', 'jsonl'], { env });
  const lines = many.stdout.trimEnd().split('\n');
  const documents = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(documents.map(({ would }) => String(would)).toSorted()).toEqual([
    'commit',
    'commit',
    'refuse',
    'undefined',
  ]);
  expect(documents.at(-1)).toMatchObject({
    summary: { op: 'create', dryRun: true, done: 2, failed: 1 },
  });
  const text = await runCli(['delete', '1..3', '--dry-run'], { env });
  expect(text.stdout).toContain('delete: 1 of 3 would be done');
  expect(text.stdout).toContain('Nothing was changed.');
  expect(await cluster.sim.list('node01')).toEqual(['2']);
});
