/** Short ids: shown in tables, taken back by every subcommand that takes an id. */
import { expect, test } from 'vitest';
import { shortIds } from '../../src/cli/output/short-id.ts';
import { startPair } from '../support/client-pair.ts';
import { runCli } from '../support/run-cli.ts';

const ONE = '0199ab2c-7f10-7c3e-9d52-6a1b0c4e8f21';
const SAME_MS = '0199ab2c-7f10-7c3e-9d52-6a1b0c4e8f22';
const LATER = '0199ab2d-0000-7c3e-9d52-6a1b0c4e8f21';

test('are as long as it takes to tell them apart; ids of a form of their own are whole', () => {
  expect(shortIds([ONE, LATER])).toEqual(['0199ab2c-7f10', '0199ab2d-0000']);
  expect(shortIds([ONE, SAME_MS, LATER])).toEqual([ONE, SAME_MS, '0199ab2d-0000']);
  expect(shortIds([ONE])).toEqual(['0199ab2c-7f10']);
  expect(shortIds(['order-17', 'a'.repeat(50)])).toEqual(['order-17', 'a'.repeat(50)]);
});

test('are taken for the one command that begins so', async () => {
  const { peer, client } = await startPair({ hold: () => true });
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  const run = (...args: string[]) => runCli(args, { env });
  for (const id of [ONE, SAME_MS, LATER]) await client.create(id, { id, wait: 'accepted' });
  expect((await run('status', '0199ab2d-0000', '-q')).stdout).toBe(`${LATER}\n`);
  expect((await run('retry', '0199ab2d')).stdout).toContain(`create ${LATER}: applying`);
  await run('acts', '--on', '0199ab2d-0000');
  expect(peer.seen.at(-1)).toMatchObject({ op: 'acts', on: LATER });
  expect((await run('cancel', '0199ab2d-0000')).stdout).toContain('rolled_back, cancelled');
  const waited = await run('wait', '0199ab2d-0000');
  expect(waited.stdout).toContain(LATER);
  expect(waited.code).toBe(1);
});

test('that several commands begin with are refused with their ids, and nothing is done', async () => {
  const { peer, client } = await startPair({ hold: () => true });
  for (const id of [ONE, SAME_MS]) await client.create(id, { id, wait: 'accepted' });
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  const { code, stderr } = await runCli(['cancel', '0199ab2c-7f10'], { env });
  expect(stderr).toContain(
    `several commands begin with 0199ab2c-7f10: ${ONE}, ${SAME_MS}; give more of it`,
  );
  expect(code).toBe(2);
  expect(peer.seen.some(({ op }) => op === 'cancel')).toBe(false);
});
