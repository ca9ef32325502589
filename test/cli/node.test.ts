import { expect, test } from 'vitest';
import type { Retiring } from '../../src/protocol/answers/retiring.ts';
import { errorReply } from '../../src/protocol/errors.ts';
import { startPeer } from '../support/client-pair.ts';
import { runCli } from '../support/run-cli.ts';

const NODES = {
  node01: { configured: true },
  node02: { configured: true, drained: { since: '2026-11-23T05:00:00.000Z', by: 'ann@host' } },
  node03: {
    configured: true,
    drained: { since: '2026-11-23T05:00:00.000Z', by: 'ann@host' },
    retired: { since: '2026-11-23T06:00:00.000Z', by: 'bob@host' },
  },
  node09: { configured: false, open: 12 },
};

async function setUp() {
  const peer = await startPeer({
    instead: ({ op }) => (op === 'node' ? { nodes: NODES } : undefined),
  });
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  return { peer, run: (...args: string[]) => runCli(['node', ...args], { env }) };
}

test('node shows which nodes are drained, and which are gone while commands name them', async () => {
  const { peer, run } = await setUp();
  const { code, stdout } = await run();
  expect(stdout).toMatch(/node01 +in use\n/);
  expect(stdout).toMatch(
    /node02 +drained since 2026-11-23T05:00:00.000Z by ann@host: new commands wait\n/,
  );
  expect(stdout).toMatch(
    /node03 +retired since .* by bob@host, drained since .* by ann@host: take/,
  );
  expect(stdout).toMatch(/node09 +not configured, and 12 open commands name it\n/);
  expect(code).toBe(0);
  expect(peer.seen.at(-1)).toMatchObject({ op: 'node' });
  expect(JSON.parse((await run('--json')).stdout)).toEqual({ nodes: NODES });
});

test('an error about the field node names the option, and leaves the names of nodes whole', async () => {
  const messages = ['node is missing', 'node02 is the last node'];
  const refuse = (message: string) => errorReply('invalid_request', message, { field: 'node' });
  const peer = await startPeer({
    instead: ({ op }) => (op === 'node' ? refuse(messages.shift() ?? '') : undefined),
  });
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  expect((await runCli(['node'], { env })).stderr).toContain('invalid_request: --node is missing');
  expect((await runCli(['node'], { env })).stderr).toContain(
    'invalid_request: node02 is the last node',
  );
});

test('node drain and undrain name the node, and who says so', async () => {
  const { peer, run } = await setUp();
  for (const act of ['drain', 'undrain']) {
    expect((await run(act, 'node02')).code).toBe(0);
    expect(peer.seen.at(-1)).toMatchObject({ op: 'node', act, node: 'node02' });
    expect(peer.seen.at(-1)).toHaveProperty('by', expect.stringContaining('@'));
  }
});

test.each([
  [['drain'], 'no node is named: lockstep node drain NODE'],
  [['empty', 'node02'], 'act'],
  [['drain', 'node02', '--dry-run'], 'of lockstep node retire only'],
])('node %j is bad usage', async (args, text) => {
  const { run } = await setUp();
  const { code, stderr } = await run(...args);
  expect(stderr).toContain(text);
  expect(code).toBe(2);
});

const RETIRING: Retiring = {
  matched: 2,
  counts: { rolls_back: 1, begins: 1 },
  commands: [
    {
      id: 'order-17',
      op: 'create',
      groupId: '5',
      state: 'compensating',
      stuck: true,
      course: 'rolls_back',
      others: ['node01'],
      mayDiffer: true,
    },
  ],
};

async function setUpGone() {
  const retired = { since: '2026-11-23T05:00:00.000Z', by: 'ann@host' };
  const peer = await startPeer({
    instead: ({ op }) =>
      op === 'node'
        ? { nodes: { node09: { configured: false, retired, open: 2 } }, retiring: RETIRING }
        : undefined,
  });
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  return { peer, run: (...args: string[]) => runCli(['node', 'retire', ...args], { env }) };
}

test('node retire --dry-run shows which commands would go on, how, and what may be left', async () => {
  const { peer, run } = await setUpGone();
  const { code, stdout } = await run('node09', '--dry-run');
  expect(stdout).toContain('2 open commands name node09:');
  expect(stdout).toContain('1 is rolled back on the other nodes');
  expect(stdout).toMatch(
    /order-17 +create 5 +compensating, stuck +is rolled back .* may be left there/,
  );
  expect(stdout).toContain('and 1 more: lockstep list --open --node node09');
  expect(code).toBe(0);
  expect(peer.seen.at(-1)).toMatchObject({ op: 'node', act: 'retire', dryRun: true });
});

test('node retire asks; without a terminal it wants --yes, and does nothing', async () => {
  const { peer, run } = await setUpGone();
  const refused = await run('node09');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('add --yes')]);
  expect(peer.seen.filter(({ op }) => op === 'node')).toEqual([]);
  const done = await run('node09', '--yes', '--force');
  expect(done.code).toBe(0);
  expect(done.stdout).toMatch(
    /node09 +retired since .* by ann@host: 2 open commands go on without it/,
  );
  expect(peer.seen.at(-1)).toMatchObject({
    op: 'node',
    act: 'retire',
    node: 'node09',
    force: true,
  });
  expect(peer.seen.at(-1)).not.toHaveProperty('dryRun');
});
