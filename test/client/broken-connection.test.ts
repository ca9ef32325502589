/** What a client still has of a connection that broke. */
import { expect, onTestFinished, test } from 'vitest';
import { Router } from 'zeromq';
import { LockstepClient } from '../../src/client/index.ts';

const CALLS = 50;
/** In which the client's program is busy, and reads nothing. */
const BUSY_MS = 300;

test('replies that had arrived when the connection broke are read, although no daemon comes back', async () => {
  const router = new Router({ linger: 1000 });
  onTestFinished(() => router.close());
  await router.bind('tcp://127.0.0.1:*');
  const client = new LockstepClient({ endpoint: router.lastEndpoint ?? '' });
  onTestFinished(() => client.close());
  const asked = Array.from({ length: CALLS }, () => client.ping({ timeoutMs: 5000 }));
  const requests: Buffer[][] = [];
  while (requests.length < CALLS) requests.push(await router.receive());
  const pong = JSON.stringify({ pid: 1, version: '1.2.3', accepting: true });
  for (const frames of requests) await router.send([...frames.slice(0, -1), pong]);
  router.close();
  // ZeroMQ's own thread delivers meanwhile, and sees the connection go.
  for (const begun = performance.now(); performance.now() - begun < BUSY_MS; );
  expect(await Promise.all(asked)).toHaveLength(CALLS);
});
