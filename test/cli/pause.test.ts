import { expect, test } from 'vitest';
import { startPeer } from '../support/client-pair.ts';
import { runCli } from '../support/run-cli.ts';

const LANES = {
  interactive: { waiting: 0, running: 3 },
  bulk: { waiting: 12, running: 0, paused: { since: '2026-11-23T05:00:00.000Z', by: 'ann@host' } },
};

test('pause and resume tell which lane, and who says so, and show how the lanes stand', async () => {
  const peer = await startPeer({
    instead: ({ op }) => (op === 'pause' || op === 'resume' ? { lanes: LANES } : undefined),
  });
  const run = (...args: string[]) => runCli(args, { env: { LOCKSTEP_ENDPOINT: peer.endpoint } });
  const { code, stdout } = await run('pause', 'bulk');
  expect(stdout).toMatch(/bulk +12 +0 +paused since 2026-11-23T05:00:00.000Z by ann@host\n/);
  expect(code).toBe(0);
  expect(peer.seen.at(-1)).toMatchObject({ op: 'pause', lane: 'bulk' });
  expect(peer.seen.at(-1)).toHaveProperty('by', expect.stringContaining('@'));
  expect(JSON.parse((await run('resume', '--json')).stdout)).toEqual({ lanes: LANES });
  expect(peer.seen.at(-1)).not.toHaveProperty('lane');
  expect((await run('pause', 'fast')).code).toBe(2);
});
