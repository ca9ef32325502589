/**
 * Prepares its sockets as the daemon does, and prints the resulting settings of a thread and of
 * libuv.
 */
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { getDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { prepareSockets } from '../../../src/config/machine/sockets.ts';
import { clockBase } from '../../../src/lifecycle/clock.ts';
import type { ThreadData } from '../../../src/lifecycle/control.ts';
import { runThread } from '../../../src/lifecycle/thread-shell.ts';
import { Threads } from '../../../src/lifecycle/threads.ts';

const NAME = 'sockets';

if (isMainThread) {
  const nodes = ['n1', 'n2', 'n3'].map((name) => ({
    url: `http://${name}.test`,
    limits: { connectTimeoutMs: name === 'n2' ? 5000 : 100 },
  }));
  prepareSockets({ nodes });
  const threads = new Threads({ onLoss: ({ kind }) => console.log(kind) });
  threads.start<ThreadData>(new URL(import.meta.url), { name: NAME, clock: clockBase() });
  threads.stop(NAME);
  await threads.ended(NAME);
} else {
  runThread(async () => {
    const names = (await readdir('/proc/self/task')).map((task) =>
      readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trim(),
    );
    const attemptMs = getDefaultAutoSelectFamilyAttemptTimeout();
    const pool = names.filter((name) => name === 'libuv-worker').length;
    console.log(JSON.stringify({ attemptMs, pool }));
    return { onControl: () => {}, stop: async () => {} };
  });
}
