/** The settings of sockets and look-ups for threads and libuv's pool, in a process of its own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const PROGRAM = new URL('./programs/socket-thread.ts', import.meta.url).pathname;

async function said(env: NodeJS.ProcessEnv): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], { env });
  return JSON.parse(stdout);
}

test("P9: a place for each name in libuv's pool, and half of connectTimeoutMs for an address in each thread", async () => {
  // Half of the pool are for look-ups: three nodes and eight others.
  expect(await said({})).toEqual({ attemptMs: 2500, pool: 2 * (3 + 8) });
});

test('a size of the pool that somebody has set is kept', async () => {
  expect(await said({ UV_THREADPOOL_SIZE: '6' })).toMatchObject({ pool: 6 });
});
