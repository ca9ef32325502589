/**
 * A thread with a client of the node at argv[2], like an executor. Each line that it reads is an
 * order: `ask KEY BYTES` sends a create whose body has at least that length, and prints the result;
 * `abort` gives it up; `stop` ends the thread in order, `abandon` at once, `crash` by a bug.
 */
import { createInterface } from 'node:readline';
import { isMainThread, workerData } from 'node:worker_threads';
import type { NodeRequest } from '../../../src/core/model.ts';
import { clockBase } from '../../../src/lifecycle/clock.ts';
import type { ThreadData, ToThread } from '../../../src/lifecycle/control.ts';
import { runThread } from '../../../src/lifecycle/thread-shell.ts';
import { Threads } from '../../../src/lifecycle/threads.ts';
import { clientOf } from '../support/client.ts';

interface GivingUpData extends ThreadData {
  readonly url: string;
  readonly requestTimeoutMs: number;
}

const NAME = 'giving-up';

if (isMainThread) {
  const threads = new Threads({ onLoss: ({ kind }) => console.log(kind) });
  const [, , url = '', requestTimeoutMs] = process.argv;
  threads.start<GivingUpData>(new URL(import.meta.url), {
    name: NAME,
    clock: clockBase(),
    url,
    requestTimeoutMs: Number(requestTimeoutMs),
  });
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      if (line === 'stop') void threads.ended(NAME).then(() => console.log('ended'));
      threads.send(NAME, line as ToThread);
    })
    .on('close', () => process.exit());
} else {
  runThread(async ({ sockets }) => {
    const { url, requestTimeoutMs } = workerData as GivingUpData;
    const client = sockets.add('nodes', clientOf(url, { connections: 1, requestTimeoutMs }));
    let running: { abort(): void } | undefined;
    return {
      onControl: (message) => {
        const [word, groupId = '', length] = (message as string).split(' ');
        if (word === 'crash') throw new Error('crashed on purpose');
        if (word === 'abort') return running?.abort();
        const body = JSON.stringify({ groupId, filler: 'x'.repeat(Number(length)) });
        const create: NodeRequest = { kind: 'create', token: '1700000000.000001', body };
        running = client.exchange(create, { groupId }, ({ kind }) =>
          console.log(`${groupId} ${kind}`),
        );
        return undefined;
      },
      stop: async () => client.close(),
    };
  });
}
