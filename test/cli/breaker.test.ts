import { expect, test } from 'vitest';
import { startPeer } from '../support/client-pair.ts';
import type { Script } from '../support/peer-daemon.ts';
import { runCli } from '../support/run-cli.ts';

async function setUp(script: Script = {}) {
  const peer = await startPeer(script);
  return (...args: string[]) => runCli(args, { env: { LOCKSTEP_ENDPOINT: peer.endpoint } });
}

const since = '2026-11-23T05:00:00.000Z';
const OUTAGE: Script = {
  instead: ({ op }) =>
    op === 'breaker'
      ? {
          breakers: {
            node01: { state: 'closed', isOpen: false, since, openings: 0 },
            node02: {
              state: 'open',
              isOpen: true,
              since,
              openings: 3,
              cause: '10 failures in a row',
              lastError: 'connect ECONNREFUSED 127.0.0.1:7402',
              trialsFailed: 4,
              nextTrialAt: since,
              nextTrialInMs: 2500,
            },
            node03: { state: 'half_open', isOpen: false, since, openings: 1, cause: 'so it is' },
            node04: { state: 'open', isOpen: true, since, openings: 1, forced: true },
          },
        }
      : undefined,
};

test('breaker shows every node: its state, since when, the next trial, and why', async () => {
  const run = await setUp(OUTAGE);
  const { code, stdout } = await run('breaker');
  expect(code).toBe(0);
  expect(stdout).toMatch(/node01 +closed +\d+d(\d+h)? +0\n/);
  expect(stdout).toMatch(
    /node02 +open +\S+ +3 +in 2\.5 s +10 failures in a row +4 +connect ECONNREFUSED 127/,
  );
  expect(stdout).toMatch(/node03 +half-open +\S+ +1 +now +so it is/);
  expect(stdout).toMatch(/node04 +open +\S+ +1 +never +an operator opened it/);
  const wide = await run('breaker', '-o', 'wide');
  expect(wide.stdout).toMatch(/node01 +closed +\S+ +2026-11-23T05:00:00.000Z +0\n/);
  const json = await run('breaker', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ breakers: { node02: { isOpen: true } } });
});

test.each(['open', 'close', 'reset'] as const)('breaker %s names the node', async (act) => {
  const run = await setUp();
  const { code, stdout } = await run('breaker', act, 'node02');
  expect(code).toBe(0);
  expect(stdout).toMatch(act === 'open' ? /node02 +open .* never/ : /node02 +closed/);
  expect(stdout).not.toContain('node01');
});

test.each([
  [['breaker', 'open'], 'no node is named: lockstep breaker open NODE'],
  [['breaker', 'shut', 'node02'], 'shut'],
])('%j is bad usage', async (args, words) => {
  const run = await setUp();
  const { code, stderr } = await run(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(words);
});

test('a node that is not there is bad usage, with those that are', async () => {
  const run = await setUp();
  const { code, stderr } = await run('breaker', 'open', 'node09');
  expect(code).toBe(2);
  expect(stderr).toContain('The nodes are node01, node02.');
});
