/**
 * P2, P3: durable means that the kernel was ordered to sync. strace counts the syncs from outside
 * the process, against the necessary commits: a faster journal that syncs less fails here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startCluster } from '../support/cluster.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ALONE = 40;
const TOGETHER = 400;
/** A create commits twice: accepted and begun; settled. */
const COMMITS = 2;
/** Checkpoints sync the log once more; there is one a second at most. */
const CHECKPOINTS_MAX = 30;
const ATTACH_MS_MAX = 10_000;

test('P2, P3: every commit of the journal is a sync of its log, and many commands share one', async (ctx) => {
  const { daemon, client } = await startCluster();
  const tracer = await attach(daemon.pid);
  if (typeof tracer === 'string') return ctx.skip(tracer);

  for (let index = 0; index < ALONE; index++) {
    expect(await client.create(`alone-${index}`)).toMatchObject({ state: 'committed' });
  }
  const keys = Array.from({ length: TOGETHER }, (_, index) => `together-${index}`);
  const before = tracer.syncs();
  expect(before).toBeGreaterThanOrEqual(ALONE * COMMITS);
  expect(before).toBeLessThanOrEqual(ALONE * COMMITS + CHECKPOINTS_MAX);

  const answers = await Promise.all(keys.map((key) => client.create(key)));
  expect(answers.every((answer) => 'state' in answer && answer.state === 'committed')).toBe(true);
  // At least the commits that the first acceptances and the last settlements waited for.
  const shared = tracer.syncs() - before;
  expect(shared).toBeGreaterThanOrEqual(COMMITS);
  expect(shared).toBeLessThan((TOGETHER * COMMITS) / 4);
});

interface Tracer {
  /** Syncs of the journal's log so far. */
  syncs(): number;
}

/** @returns why strace cannot be used here; undefined if it can */
async function attach(pid: number): Promise<Tracer | string> {
  const dir = tempFolder();
  const file = join(dir, 'syncs');
  const what = ['-f', '-y', '-e', 'trace=fsync,fdatasync'];
  const strace = spawn('strace', [...what, '-o', file, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const failure = await attached(strace);
  if (failure !== undefined) return failure;
  onTestFinished(async () => {
    const ended = once(strace, 'exit');
    strace.kill('SIGINT');
    await ended;
  });
  return {
    syncs: () => readFileSync(file, 'utf8').match(/\bf(?:data)?sync\(\d+<[^>]*-wal>/g)?.length ?? 0,
  };
}

function attached(strace: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let detail = '';
    const hangTimeouts = setTimeout(() => reject(new Error(`strace: ${detail}`)), ATTACH_MS_MAX);
    const end = (failure?: string) => {
      clearTimeout(hangTimeouts);
      resolve(failure);
    };
    strace.once('error', () => end('no strace here'));
    strace.once('exit', () => end(`strace may not look here: ${detail.trim()}`));
    strace.stderr?.setEncoding('utf8').on('data', (text: string) => {
      detail += text;
      if (/ attached/.test(detail)) end();
    });
  });
}
