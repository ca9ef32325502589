/** Whether a bulk command is meant as it was typed. */
import { describe, expect, test } from 'vitest';
import { startPeer } from '../support/client-pair.ts';
import { noTerminal, runCli, runCliAtTerminal } from '../support/run-cli.ts';

async function setUp() {
  const peer = await startPeer();
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  const run = (args: readonly string[], input = '') => runCli(args, { env, input });
  return { peer, env, run };
}

describe('more records than can have been meant', () => {
  const sent = (peer: { seen: readonly { op: string }[] }) =>
    peer.seen.filter(({ op }) => op === 'create' || op === 'delete');

  test.each([
    ['create', '0..99999999999', 'this would create 100000000000 records'],
    ['delete', '1..10001', 'this would delete 10001 records'],
  ])('%s %s is not done without --yes', async (op, keys, says) => {
    const { run, peer } = await setUp();
    const { code, stderr } = await run([op, keys]);
    expect(stderr).toContain(`${says}, and there is no terminal to ask at: add --yes to confirm`);
    expect(code).toBe(2);
    expect(sent(peer)).toEqual([]);
  });

  test('is not begun either where only reading shows how much it is', async () => {
    const { run, peer } = await setUp();
    const input = Array.from({ length: 10_001 }, (_, key) => `${key}\n`).join('');
    const { code, stderr } = await run(['delete', '-'], input);
    expect(stderr).toContain(
      'this would delete more than 10000 records, and there is no terminal to ask at: add --yes',
    );
    expect(code).toBe(2);
    expect(sent(peer)).toEqual([]);
  });

  test('is done with --yes', async () => {
    const { run, peer } = await setUp();
    expect((await run(['create', '1..10001', '--yes'])).code).toBe(0);
    expect(peer.nodes['node01']?.size).toBe(10_001);
  });

  test('keys are never guessed: without any nothing is sent', async () => {
    const { run, peer } = await setUp();
    for (const op of ['create', 'delete']) {
      const { code, stderr } = await run([op]);
      expect(stderr).toContain(`an argument is missing: lockstep ${op} <keys>`);
      expect(code).toBe(2);
    }
    expect((await run(['delete', ''])).code).toBe(2);
    expect(sent(peer)).toEqual([]);
  });
});

describe.skipIf(noTerminal !== undefined)(`at a terminal ${noTerminal ?? ''}`, () => {
  test('every delete of many asks, a create of few does not', async () => {
    const { env, peer } = await setUp();
    expect((await runCliAtTerminal(['create', '1..3'], { env })).code).toBe(0);
    const no = await runCliAtTerminal(['delete', '1..3'], { env, input: 'n\n' });
    expect(no.stdout).toContain('Delete 3 records from every node? [y/N]');
    expect(no.code).toBe(1);
    expect(peer.nodes['node01']?.size).toBe(3);
    expect((await runCliAtTerminal(['delete', '1..3'], { env, input: 'y\n' })).code).toBe(0);
    expect(peer.nodes['node01']?.size).toBe(0);
    expect((await runCliAtTerminal(['create', '1..3'], { env })).code).toBe(0);
    expect((await runCliAtTerminal(['delete', '1..3', '--yes'], { env })).code).toBe(0);
    expect(peer.nodes['node01']?.size).toBe(0);
  });
});
