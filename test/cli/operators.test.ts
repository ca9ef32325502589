import { describe, expect, test } from 'vitest';
import { creates, eventually, startPair } from '../support/client-pair.ts';
import { noTerminal, runCli, runCliAtTerminal } from '../support/run-cli.ts';

/** A daemon with the commands `a` and `b` under way; `back` is rolling back. */
async function setUp() {
  const { peer, client } = await startPair({ hold: ({ id }) => id !== 'done' });
  for (const id of ['a', 'b', 'done']) await client.create(`key-${id}`, { id, wait: 'accepted' });
  await eventually(() => creates(peer).length).toBe(3);
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  return { peer, env, client, run: (...args: string[]) => runCli(args, { env }) };
}

describe('cancel, retry and abandon', () => {
  test('take several ids, one answer each, and sum up', async () => {
    const { run } = await setUp();
    const { code, stdout } = await run('cancel', 'a', 'b', '--json');
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(answers).toMatchObject([
      { id: 'a', state: 'rolled_back', reason: 'cancelled' },
      { id: 'b', state: 'rolled_back', reason: 'cancelled' },
      {
        summary: {
          op: 'cancel',
          commands: 2,
          complete: true,
          outcomes: { 'rolled_back, cancelled': 2 },
        },
      },
    ]);
    expect(code).toBe(0);
  });

  test('show the command as it then stands', async () => {
    const { run } = await setUp();
    expect((await run('retry', 'a')).stdout).toContain('create key-a: applying');
    const { stdout } = await run('cancel', 'a');
    expect(stdout).toContain('create key-a: rolled_back, cancelled');
    expect(stdout).toContain('why: it was cancelled');
  });

  test('end with 1 for an unknown id, with 2 for a settled command', async () => {
    const { run } = await setUp();
    expect((await run('retry', 'nobody')).code).toBe(1);
    expect((await run('cancel', 'done')).code).toBe(2);
    expect((await run('retry', 'a', 'nobody', 'done')).code).toBe(2);
  });
});

describe('cancel by a filter', () => {
  test('as a dry run shows what it would be', async () => {
    const { run, peer } = await setUp();
    const { code, stdout } = await run('cancel', '--state', 'applying', '--dry-run');
    expect(stdout).toMatch(/create +key-a +applying .* a\n/);
    expect(stdout).toMatch(/create +key-b +applying .* b\n/);
    expect(code).toBe(0);
    expect(peer.seen.filter(({ op }) => op === 'cancel')).toMatchObject([{ dryRun: true }]);
    const json = await run('cancel', '--all', '--dry-run', '--json');
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([
      { id: 'a' },
      { id: 'b' },
      { summary: { op: 'cancel', dryRun: true, matched: 2, shown: 2 } },
    ]);
  });

  test('with --yes does it to all, and counts by outcome', async () => {
    const { run, peer } = await setUp();
    const { code, stdout } = await run('cancel', '--all', '--yes');
    expect(stdout).toMatch(/cancel: 2 commands\n\n.*\n +rolled_back, cancelled +2\n/);
    expect(code).toBe(0);
    expect(peer.seen.at(-1)).toMatchObject({ op: 'cancel', filter: {} });
    expect(peer.seen.at(-1)).toHaveProperty('by', expect.stringContaining('@'));
    expect((await run('cancel', '--all', '--yes')).stdout).toBe('cancel: 0 commands\n');
    const none = await run('retry', '--stuck', '--json');
    expect(JSON.parse(none.stdout)).toEqual({
      summary: { op: 'retry', commands: 0, complete: true, outcomes: {} },
    });
  });

  test('passes the filter on as it was said', async () => {
    const { run, peer } = await setUp();
    const line = 'retry --stuck --node node01 --op delete --lane bulk --key 5 --older-than 1h';
    await run(...line.split(' '), '--younger-than', '2d', '--state', 'applying,compensating');
    expect(peer.seen.at(-1)).toMatchObject({
      op: 'retry',
      filter: {
        state: ['applying', 'compensating'],
        stuck: true,
        node: 'node01',
        op: 'delete',
        lane: 'bulk',
        groupId: '5',
        olderThanMs: 3_600_000,
        youngerThanMs: 172_800_000,
      },
    });
  });

  test("the daemon's error about a wrong filter is shown, and ends with 2", async () => {
    const { run } = await setUp();
    const { code, stderr } = await run('cancel', '--state', 'committed', '--yes');
    expect(stderr).toContain('--state must be "accepted", "applying" or "compensating"');
    expect(code).toBe(2);
  });

  test.skipIf(noTerminal !== undefined)(`asks at a terminal ${noTerminal ?? ''}`, async () => {
    const { env, peer } = await setUp();
    const no = await runCliAtTerminal(['cancel', '--all'], { env, input: 'n\n' });
    expect(no.stdout).toContain('Cancel 2 commands? [y/N]');
    expect(no.stdout).toContain('Nothing was done.');
    expect(no.code).toBe(1);
    const done = () => peer.seen.filter((one) => one.op === 'cancel' && one.dryRun !== true);
    expect(done()).toEqual([]);
    await runCliAtTerminal(['cancel', '--all'], { env, input: 'y\n' });
    expect(done()).toHaveLength(1);
  });
});

describe('abandon', () => {
  test('does nothing without --yes where there is no terminal to ask at', async () => {
    const { run, peer } = await setUp();
    const { code, stderr } = await run('abandon', 'a');
    expect(stderr).toContain('add --yes to confirm');
    expect(code).toBe(2);
    expect(peer.seen.some(({ op }) => op === 'abandon')).toBe(false);
  });

  test('goes ahead with --yes', async () => {
    const { run, peer } = await setUp();
    expect((await run('abandon', 'a', '--yes')).stderr).toContain('a is applying');
    expect(peer.seen.some(({ op }) => op === 'abandon')).toBe(true);
  });

  test.skipIf(noTerminal !== undefined)(
    `does not ask of what is settled ${noTerminal ?? ''}`,
    async () => {
      const { env } = await setUp();
      const { stdout } = await runCliAtTerminal(['abandon', 'done'], { env });
      expect(stdout).not.toContain('[y/N]');
      expect(stdout).toContain('done is committed');
    },
  );

  test.skipIf(noTerminal !== undefined)(`asks at a terminal ${noTerminal ?? ''}`, async () => {
    const { env, peer } = await setUp();
    const no = await runCliAtTerminal(['abandon', 'a'], { env, input: 'n\n' });
    expect(no.stdout).toContain('Give up a forever? The nodes stay as they are. [y/N]');
    expect(no.stdout).toContain('Nothing was done.');
    expect(no.code).toBe(1);
    expect(peer.seen.some(({ op }) => op === 'abandon')).toBe(false);
    await runCliAtTerminal(['abandon', 'a'], { env, input: 'y\n' });
    expect(peer.seen.some(({ op }) => op === 'abandon')).toBe(true);
  });
});
