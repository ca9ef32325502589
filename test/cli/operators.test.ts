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
  test('take several ids, one answer each', async () => {
    const { run } = await setUp();
    const { code, stdout } = await run('cancel', 'a', 'b', '--json');
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(answers).toMatchObject([
      { id: 'a', state: 'rolled_back', reason: 'cancelled' },
      { id: 'b', state: 'rolled_back', reason: 'cancelled' },
    ]);
    expect(code).toBe(0);
  });

  test('show the command as it then stands', async () => {
    const { run } = await setUp();
    expect((await run('retry', 'a')).stdout).toContain('create key-a: applying');
    const { stdout } = await run('cancel', 'a');
    expect(stdout).toContain('create key-a: rolled_back, cancelled');
    expect(stdout).toContain('why: somebody cancelled it');
  });

  test('end with 1 for an unknown id, with 2 for a settled command', async () => {
    const { run } = await setUp();
    expect((await run('retry', 'nobody')).code).toBe(1);
    expect((await run('cancel', 'done')).code).toBe(2);
    expect((await run('retry', 'a', 'nobody', 'done')).code).toBe(2);
  });
});

describe('abandon', () => {
  test('does nothing without --yes where nobody can be asked', async () => {
    const { run, peer } = await setUp();
    const { code, stderr } = await run('abandon', 'a');
    expect(stderr).toContain('say --yes if that is meant');
    expect(code).toBe(2);
    expect(peer.seen.some(({ op }) => op === 'abandon')).toBe(false);
  });

  test('goes ahead with --yes', async () => {
    const { run, peer } = await setUp();
    expect((await run('abandon', 'a', '--yes')).stderr).toContain('a is applying');
    expect(peer.seen.some(({ op }) => op === 'abandon')).toBe(true);
  });

  test.skipIf(noTerminal !== undefined)(`asks at a terminal ${noTerminal ?? ''}`, async () => {
    const { env, peer } = await setUp();
    const no = await runCliAtTerminal(['abandon', 'a'], { env, input: 'n\n' });
    expect(no.stdout).toContain('Give up the rollback of a for ever? [y/N]');
    expect(no.stdout).toContain('Nothing was done.');
    expect(no.code).toBe(1);
    expect(peer.seen.some(({ op }) => op === 'abandon')).toBe(false);
    await runCliAtTerminal(['abandon', 'a'], { env, input: 'y\n' });
    expect(peer.seen.some(({ op }) => op === 'abandon')).toBe(true);
  });
});
