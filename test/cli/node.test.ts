import { expect, test } from 'vitest';
import { startPeer } from '../support/client-pair.ts';
import { runCli } from '../support/run-cli.ts';

const NODES = {
  node01: { configured: true },
  node02: { configured: true, drained: { since: '2026-11-23T05:00:00.000Z', by: 'ann@host' } },
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
  expect(stdout).toMatch(/node09 +not configured, and 12 open commands name it\n/);
  expect(code).toBe(0);
  expect(peer.seen.at(-1)).toMatchObject({ op: 'node' });
  expect(JSON.parse((await run('--json')).stdout)).toEqual({ nodes: NODES });
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
])('node %j is bad usage', async (args, text) => {
  const { run } = await setUp();
  const { code, stderr } = await run(...args);
  expect(stderr).toContain(text);
  expect(code).toBe(2);
});
