/** `connectionsPerNode` in a whole daemon: of all executors together. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { connectTo } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';

const LIMIT = 3;
const COMMANDS = 60;
const ANSWER_MS = 20;

/** Answers every create after a while; `most` is the largest number of creates at once. */
async function startCountingNode() {
  const seen = { most: 0, creates: 0 };
  let inside = 0;
  const server = createServer((request, response) => {
    void text(request).then(() => {
      seen.creates++;
      seen.most = Math.max(seen.most, ++inside);
      setTimeout(() => {
        inside--;
        response.writeHead(201, { 'content-type': 'text/plain' }).end('CREATED');
      }, ANSWER_MS);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('P9: no node gets more calls at once than its limit, however many executors there are', async () => {
  const nodes = await Promise.all([startCountingNode(), startCountingNode()]);
  const [a, b] = nodes.map(({ url }) => url);
  const env = { LOCKSTEP_CONNECTIONS_PER_NODE: String(LIMIT) };
  await using daemon = await startDaemon({ nodes: `a=${a},b=${b}`, executors: 2, env });
  const client = await connectTo(daemon);
  const creates = Array.from({ length: COMMANDS }, (_, key) => client.create(`key-${key}`));
  for (const answer of await Promise.all(creates))
    expect(answer).toMatchObject({ state: 'committed' });
  for (const { seen } of nodes) expect(seen).toEqual({ most: LIMIT, creates: COMMANDS });
});
