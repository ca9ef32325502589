/** `-o table|wide|json|jsonl` and `--quiet`: the same rules for every subcommand and every end. */
import { describe, expect, test } from 'vitest';
import { startPeer } from '../support/client-pair.ts';
import { runCli } from '../support/run-cli.ts';

const NOWHERE = { LOCKSTEP_ENDPOINT: 'tcp://127.0.0.1:1' };

async function setUp() {
  const peer = await startPeer({
    settle: ({ groupId }) =>
      groupId === 'no' ? { state: 'refused', reason: 'already_exists' } : {},
  });
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  return { peer, run: (...args: string[]) => runCli(args, { env }) };
}

function documents(stdout: string): readonly Record<string, unknown>[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('-o jsonl', () => {
  test('ends every call with a summary: of a list, of nothing found, of one answer, of many keys', async () => {
    const { run } = await setUp();
    const created = documents((await run('create', '1..2', '-o', 'jsonl')).stdout);
    expect(created).toMatchObject([{ op: 'create' }, { op: 'create' }, { summary: { done: 2 } }]);
    expect(documents((await run('list', '--output=jsonl')).stdout)).toMatchObject([
      { groupId: '1' },
      { groupId: '2' },
      { summary: { op: 'list', commands: 2, complete: true } },
    ]);
    expect(documents((await run('list', '--key', '9', '-ojsonl')).stdout)).toEqual([
      { summary: { op: 'list', commands: 0, complete: true } },
    ]);
    expect(documents((await run('ping', '-o', 'jsonl')).stdout)).toMatchObject([
      { version: '9.9.9' },
      { summary: { op: 'ping', complete: true } },
    ]);
    expect(documents((await run('create-one', 'no', '-o', 'jsonl')).stdout)).toMatchObject([
      { state: 'refused' },
      { summary: { op: 'create-one', complete: false } },
    ]);
  });

  test('of a call that fails has the error as its last line, and nothing on stderr', async () => {
    const { run } = await setUp();
    for (const [line, code, name] of [
      ['status nobody', 1, 'unknown_command'],
      ['list --limit none', 2, 'bad_usage'],
      ['frobnicate', 2, 'bad_usage'],
      ['breaker open', 2, 'bad_usage'],
    ] as const) {
      const done = await run(...line.split(' '), '-o', 'jsonl');
      expect([done.code, done.stderr], line).toEqual([code, '']);
      expect(documents(done.stdout).at(-1), line).toMatchObject({ error: { code: name } });
    }
    const away = await runCli(['list', '--timeout', '200ms', '-o', 'jsonl'], { env: NOWHERE });
    expect(documents(away.stdout)).toMatchObject([{ error: { code: 'unreachable' } }]);
    expect(away).toMatchObject({ code: 3, stderr: '' });
  });
});

describe('-o json', () => {
  test('is --json; the two with other values contradict', async () => {
    const { run } = await setUp();
    const [long, short] = [await run('ping', '-o', 'json'), await run('ping', '--json')];
    expect(documents(long.stdout)).toMatchObject(
      documents(short.stdout).map(({ pid }) => ({ pid })),
    );
    expect(documents(long.stdout)).toHaveLength(1);
    const both = await run('ping', '--json', '-o', 'wide');
    expect(both).toMatchObject({ code: 2 });
    const wrong = await run('ping', '-o', 'yaml');
    expect(wrong.stderr).toContain('--output must be one of "table", "wide", "json", "jsonl"');
  });
});

describe('-o wide', () => {
  test('shows the time, the lane and the whole id, the table an age and a short id', async () => {
    const { run } = await setUp();
    await run('create-one', '5');
    const wide = (await run('list', '-o', 'wide')).stdout;
    const [titles, row] = wide.split('\n');
    expect(titles).toMatch(/^accepted +age +lane +op +key +outcome +took +id$/);
    const id = /[0-9a-f-]{36}$/.exec(row ?? '')?.[0] ?? '';
    expect(row).toMatch(
      /^2026-11-23T02:00:00\.000Z +\d+d(\d+h)? +interactive +create +5 +committed/,
    );
    const [own, short] = (await run('list')).stdout.split('\n');
    expect(own).toMatch(/^ +age +op +key +outcome +took +id$|^age +op +key +outcome +took +id$/);
    const shown = short?.split(/ +/).at(-1) ?? '';
    expect(shown.length).toBeLessThan(id.length);
    expect(id.startsWith(shown)).toBe(true);
  });
});

describe('--quiet', () => {
  test('leaves only ids on stdout, one a line, for the next program', async () => {
    const { run } = await setUp();
    const one = await run('create-one', '5', '--id', 'mine', '-q');
    expect(one).toMatchObject({ code: 0, stdout: 'mine\n', stderr: '' });
    const many = await run('create', '1..3', '--quiet');
    expect(many.stdout).toMatch(/^([0-9a-f-]{36}\n){3}$/);
    expect(many.stderr).toBe('');
    const ids = (await run('list', '-q')).stdout.trimEnd().split('\n');
    expect(ids.slice(1).sort()).toEqual(many.stdout.trimEnd().split('\n').sort());
    expect(await run('ping', '-q')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect((await run('completion', 'bash', '-q')).stdout).toContain('complete -o default');
  });

  test('P10: errors stay on stderr', async () => {
    const { run } = await setUp();
    const { code, stdout, stderr } = await run('status', 'nobody', '-q');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('unknown_command');
    const bulk = await runCli(['create', '-', '-q'], {
      env: { LOCKSTEP_ENDPOINT: (await setUp()).peer.endpoint },
      input: 'yes\nno\n',
    });
    expect(bulk.code).toBe(1);
    expect(bulk.stderr).toMatch(/1 of 2 done.*no +refused, already_exists/s);
  });
});
