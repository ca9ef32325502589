/**
 * The risk of a dialect of the configuration file that docs/node-api.md describes: a wrong outcome,
 * shown once.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectTo } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** A node that ignores `groupId`: each create makes a record with a name of its own. */
async function startDeafNode(): Promise<{ readonly url: string; readonly names: string[] }> {
  const names: string[] = [];
  const server = createServer(({ method }, response) => {
    if (method !== 'POST') return void response.writeHead(404).end('no such volume');
    const name = `volume-${names.length + 1}`;
    names.push(name);
    return void response.writeHead(201).end(JSON.stringify({ Name: name, Driver: 'local' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, names };
}

test('a 201 of JSON that names no key is believed: a false `committed`, of which doctor warns', async () => {
  const nodes = await Promise.all([startDeafNode(), startDeafNode()]);
  const config = join(tempFolder(), 'lockstep.config.json');
  const mine = { extends: 'challenge', create: { path: '/volumes/create' } };
  writeFileSync(config, JSON.stringify({ dialect: 'mine', dialects: { mine } }));
  const list = nodes.map(({ url }, index) => `node0${index + 1}=${url}`).join();
  const daemon = await startDaemon({ nodes: list, env: { LOCKSTEP_CONFIG: config } });
  onTestFinished(async () => daemon[Symbol.asyncDispose]());
  const client = await connectTo(daemon);
  expect(await client.create('mine')).toMatchObject({ state: 'committed' });
  expect(nodes.map(({ names }) => names)).toEqual([['volume-1'], ['volume-1']]);
  expect(await client.delete('mine')).toMatchObject({ state: 'refused', reason: 'not_found' });

  const env = { LOCKSTEP_NODES: list, LOCKSTEP_CONFIG: config };
  const { stdout } = await runCli(['doctor', '--json'], { env });
  expect(JSON.parse(stdout)).toMatchObject({
    findings: expect.arrayContaining([
      expect.objectContaining({
        check: 'dialect mine',
        level: 'warn',
        message: 'a success without the key is accepted, even if the node created another record',
      }),
    ]),
  });
  expect(nodes.map(({ names }) => names.length)).toEqual([1, 1]);
});
