/** The disk fails under the journal: no answer without a record, and no record lost. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type CommandAnswer, isError } from '../../src/client/index.ts';
import { startCluster } from '../support/cluster.ts';

const COMMANDS = 3000;
/** Less space than these commands need in the journal. */
const FILE_BYTES_MAX = 600_000;
const PRLIMIT = 'prlimit';

test('P3: a journal that cannot be written ends the daemon (exit 1), and takes back nothing', async (ctx) => {
  if (spawnSync(PRLIMIT, ['--version']).status !== 0) return ctx.skip(`no ${PRLIMIT} here`);
  const { sim, daemon, client } = await startCluster({
    executors: 1,
    env: { LOCKSTEP_REQUEST_TIMEOUT_MS: '500', LOCKSTEP_QUIESCE_MS: '500' },
  });
  const limit = `--fsize=${FILE_BYTES_MAX}:${FILE_BYTES_MAX}`;
  expect(spawnSync(PRLIMIT, ['--pid', String(daemon.pid), limit]).status).toBe(0);
  const sent: CommandAnswer[] = [];
  const back = Promise.withResolvers<void>();
  const ask = async (index: number): Promise<void> => {
    const answer = await client.create(`${index}`, {
      id: `${index}`,
      ifUnavailable: 'wait',
      timeoutMs: 60_000,
    });
    if (!isError(answer)) return void sent.push(answer);
    // It arrived while the daemon was stopping, and was not accepted.
    expect(answer.error.code).toBe('draining');
    await back.promise;
    return ask(index);
  };
  const asked = Promise.all(Array.from({ length: COMMANDS }, (_, index) => ask(index)));
  expect(await daemon.ended()).toBe(1);
  expect(daemon.output).toMatch(/error .*journal/);
  const before = [...sent];
  expect(before.length).toBeLessThan(COMMANDS);

  // With free space it continues, and the clients get their answers.
  await daemon.restart();
  back.resolve();
  for (const answer of before) {
    expect(await client.status(answer.id)).toMatchObject({ ...answer });
  }
  await asked;
  expect(sent.filter(({ state }) => state === 'committed')).toHaveLength(COMMANDS);
  const count = COMMANDS;
  expect(await sim.stats()).toEqual([true, { node01: count, node02: count, node03: count }]);
});
