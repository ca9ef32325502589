import { expect, test } from 'vitest';
import type { ActsAnswer } from '../../src/protocol/act.ts';
import { startPeer } from '../support/client-pair.ts';
import { runCli } from '../support/run-cli.ts';

const ACTS: ActsAnswer['acts'] = [
  {
    number: 18,
    act: 'cancel',
    begunAt: '2026-11-29T21:00:01.000Z',
    by: 'ann\u202Egnp.\u001b[31m\n (unverified)',
    proven: false,
    door: 'zeromq',
    filter: { stuck: true, groupId: '\u2066x' },
    outcome: 'unfinished',
    matched: 200_000,
    results: { rolled_back: 500, unavailable: 2 },
  },
  {
    number: 17,
    act: 'breaker_open',
    begunAt: '2026-11-29T21:00:00.000Z',
    by: 'deploy',
    proven: true,
    door: 'http',
    on: 'node09',
    outcome: 'refused',
    error: 'invalid_request',
  },
  {
    number: 16,
    act: 'pause',
    begunAt: '2026-11-29T20:00:00.000Z',
    proven: false,
    door: 'zeromq',
    outcome: 'done',
  },
];

async function setUp(answer: ActsAnswer) {
  const peer = await startPeer({ instead: ({ op }) => (op === 'acts' ? answer : undefined) });
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  return { peer, run: (...args: string[]) => runCli(['acts', ...args], { env }) };
}

test('a table shows each act on a line, hostile texts made harmless, names without proof marked', async () => {
  const { run } = await setUp({ acts: ACTS, next: '16' });
  const { code, stdout, stderr } = await run('-o', 'wide');
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(
    /^ +18 {2}2026-11-29T21:00:01.000Z +\d\S* {2}cancel +\{"stuck":true,"groupId":"<U\+2066>x"\} +ann<U\+202E>gnp\. \[31m {2}\(unverified\) +zeromq +unfinished, 200000 matched, 500 rolled_back, 2 unavailable$/,
  );
  expect(lines[2]).toMatch(/breaker_open +node09 +deploy +http +refused, invalid_request$/);
  expect(lines[3]).toMatch(/pause +both lanes +not named +zeromq +done$/);
  expect(stderr).toContain('--cursor 16');
  expect(code).toBe(0);
  const own = (await run()).stdout;
  expect(own).not.toContain('2026-11-29');
  expect(own.split('\n')[1]).toMatch(/^ +18 {2}\d\S* {2}cancel/);
});

test('filters and the page go into the request; --json shows the answer', async () => {
  const { run, peer } = await setUp({ acts: ACTS });
  const filters = ['--act', 'cancel,abandon', '--act', 'pause', '--who', 'ann', '--on', '007'];
  const ages = ['--younger-than', '1d', '--older-than', '5s', '--outcome', 'done'];
  const { code, stdout } = await run(
    ...filters,
    ...ages,
    '--limit',
    '7',
    '--cursor',
    '9',
    '--json',
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ acts: ACTS });
  expect(peer.seen.at(-1)).toEqual({
    op: 'acts',
    act: ['cancel', 'abandon', 'pause'],
    who: 'ann',
    on: '007',
    outcome: 'done',
    olderThanMs: 5000,
    youngerThanMs: 86_400_000,
    limit: 7,
    cursor: '9',
  });
});

test.each([
  [['--outcome', 'won'], 'outcome'],
  [['--limit', '0'], 'limit'],
  [['--older-than', '5'], 'unit'],
  [['--on', 'a', '--on', 'b'], '--on is given more than once'],
])('%j is bad usage', async (args, text) => {
  const { run } = await setUp({ acts: [] });
  const { code, stderr } = await run(...args);
  expect(stderr).toContain(text);
  expect(code).toBe(2);
});

test('no act is said so', async () => {
  const { run } = await setUp({ acts: [] });
  expect((await run()).stdout).toBe('No acts.\n');
});
