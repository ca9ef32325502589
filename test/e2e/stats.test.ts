/**
 * `stats` of a cluster like the original: all nodes behind one address, no list of keys, but
 * `/stats`.
 */
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { LockstepClient } from '../../src/client/index.ts';
import { startDaemon } from '../support/daemon.ts';
import { startNodesim } from '../support/nodesim.ts';
import { runCli } from '../support/run-cli.ts';

/**
 * Forwards everything to the shared port except GET of `/v1/group`, which the original answers with
 * 405.
 */
async function startWithoutList(sharedUrl: string): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    if (method === 'GET' && url.startsWith('/v1/group?')) {
      outgoing.writeHead(405, { allow: 'OPTIONS, DELETE, POST' }).end('{"status": 405}');
      return;
    }
    const handedOn = httpRequest(new URL(url, sharedUrl), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    handedOn.on('error', () => outgoing.destroy());
    incoming.pipe(handedOn);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

test("are the cluster's own figures, and are reported as such", async () => {
  const sim = await startNodesim();
  onTestFinished(() => sim[Symbol.asyncDispose]());
  const url = await startWithoutList(sim.sharedUrl);
  const nodes = ['node01', 'node02', 'node03'].map((name) => `${name}=${url}`).join(',');
  const daemon = await startDaemon({ nodes });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const client = await LockstepClient.connect({ endpoint: daemon.endpoint });
  onTestFinished(() => client.close());
  for (const key of ['1', '2']) {
    expect(await client.create(key)).toMatchObject({ state: 'committed' });
  }
  const count = { count: 2 };
  expect(await client.stats()).toEqual({
    consistent: true,
    nodes: { node01: count, node02: count, node03: count },
    reported: true,
  });
  const { stdout } = await runCli(['stats', '--endpoint', daemon.endpoint]);
  expect(stdout).toContain('consistent: yes, as the cluster reports itself\n');
});
