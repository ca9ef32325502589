/** The journal's files are removed while the daemon runs: no answered command is lost. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { type CommandAnswer, isError } from '../../src/client/index.ts';
import { startCluster } from '../support/cluster.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const COMMANDS = 300;
/** Number of answered commands when the files are removed. */
const BEFORE = 100;

test('P1, P3, P7: 300 creates across `rm -rf data/*`: every answer is true after the restore', async () => {
  const { sim, daemon, client } = await startCluster({
    executors: 1,
    env: { LOCKSTEP_QUIESCE_MS: '500', LOCKSTEP_REQUEST_TIMEOUT_MS: '500' },
  });
  const sent: CommandAnswer[] = [];
  const ask = async (id: string): Promise<void> => {
    const answer = await client.create(id, {
      id,
      deadlineMs: 600_000,
      persist: true,
      timeoutMs: 60_000,
    });
    if (isError(answer)) expect.unreachable(answer.error.message);
    sent.push(answer);
  };
  const asked: Promise<void>[] = [];
  let removed: number | undefined;
  for (let index = 0; index < COMMANDS; index++) {
    asked.push(ask(`${index}`));
    if (index % 10 === 9 && daemon.alive) {
      await vi.waitUntil(() => !daemon.alive || sent.length > index - 10);
    }
    if (sent.length < BEFORE || removed !== undefined) continue;
    for (const name of readdirSync(daemon.dataDir)) {
      rmSync(join(daemon.dataDir, name), { recursive: true });
    }
    removed = performance.now();
  }
  expect(await daemon.ended()).toBe(1);
  expect(performance.now() - (removed ?? 0)).toBeLessThan(5_000);
  expect(daemon.output).toMatch(/journal\.db was removed while the daemon ran/);
  const before = [...sent];
  expect(before.length).toBeGreaterThanOrEqual(BEFORE);
  expect(before.length).toBeLessThan(COMMANDS);

  // It does not start as if there had been no journal.
  await expect(daemon.restart()).rejects.toThrow(/ended with 78/);
  const saved = / is saved in (\S+\.db)/.exec(daemon.output)?.[1] ?? '';
  expect(daemon.output).toContain(`lockstep restore '${saved}'`);
  expect(daemon.output).toContain('--fresh-journal');
  const env = { LOCKSTEP_DATA_DIR: daemon.dataDir, LOCKSTEP_ENDPOINT: daemon.endpoint };
  const restored = await runCli(['restore', saved], { env });
  expect(restored).toMatchObject({ code: 0, stderr: '' });
  expect(restored.stdout).toContain(`${saved}.restored`);

  await daemon.restart();
  for (const answer of before) {
    expect(await client.status(answer.id)).toMatchObject({ ...answer });
  }
  expect(await runCli(['restore', '--resume', '--yes'], { env })).toMatchObject({ code: 0 });
  await Promise.all(asked);
  expect(sent.filter(({ state }) => state === 'committed')).toHaveLength(COMMANDS);
  const count = COMMANDS;
  expect(await sim.stats()).toEqual([true, { node01: count, node02: count, node03: count }]);
});

test('P10: doctor fails a daemon whose journal is not there, and shows what was saved', async () => {
  const { daemon } = await startCluster({ executors: 1 });
  const folder = tempFolder();
  const env = { LOCKSTEP_DATA_DIR: folder, LOCKSTEP_ENDPOINT: daemon.endpoint };
  const journal = async () => {
    const { stdout } = await runCli(['doctor', '--json', '--timeout', '20s'], { env });
    const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
    return findings.filter(({ check }) => check === 'journal');
  };
  const lost = {
    level: 'fail',
    message: expect.stringContaining('the daemon runs, but'),
  };
  expect(await journal()).toMatchObject([lost]);
  const saved = join(folder, 'journal-saved-2026-11-29T05-15-00.000Z.db');
  writeFileSync(saved, '');
  const hint = expect.stringMatching(/lockstep restore .*--fresh-journal/);
  const message = expect.stringContaining(saved);
  expect(await journal()).toMatchObject([lost, { level: 'fail', message, hint }]);
});
