/** Nodes that delete only under a condition (`If-Match`): over real HTTP, with the daemon as it ships, and doctor. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { connectTo } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const tagOf = (body: string) => `"${createHash('sha1').update(body).digest('hex')}"`;

async function startStrictNode() {
  const records = new Map<string, string>();
  const deletes: number[] = [];
  /** Called after a read of a record is answered. */
  const hooks: { afterRead?: ((key: string) => void) | undefined } = {};
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = '', headers } = request;
    const key = url.split('/')[2] ?? '';
    const body = await text(request);
    const found = records.get(key);
    if (method === 'PUT') {
      if (headers['if-none-match'] !== '*') return void response.writeHead(428).end();
      if (found !== undefined) return void response.writeHead(412).end();
      records.set(key, body);
      return void response.writeHead(201).end('made');
    }
    if (found === undefined) return void response.writeHead(404).end('{"error":"not_found"}');
    if (method === 'GET') {
      response.writeHead(200, { etag: tagOf(found) }).end(found);
      return hooks.afterRead?.(key);
    }
    const condition = headers['if-match'];
    const status = condition === undefined ? 428 : condition === tagOf(found) ? 200 : 412;
    deletes.push(status);
    if (status === 200) records.delete(key);
    return void response.writeHead(status).end('{}');
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, records, deletes, hooks };
}

const absent = { status: 404, json: { '/error': 'not_found' } };
const path = '/things/{key}';
const mine = {
  extends: 'challenge',
  create: {
    path,
    method: 'PUT',
    headers: { 'If-None-Match': '*' },
    applied: 201,
    exists: 412,
    perhaps: [],
  },
  delete: { path, body: null, guard: 'if-match', gone: absent },
  read: { path, absent },
  health: null,
};

test('P1: a delete takes only the record that was read, and its rollback leaves the record of another', async () => {
  const nodes = await Promise.all([startStrictNode(), startStrictNode()]);
  const config = join(tempFolder(), 'lockstep.config.json');
  writeFileSync(config, JSON.stringify({ dialect: 'mine', dialects: { mine } }));
  const list = nodes.map(({ url }, index) => `node0${index + 1}=${url}`).join();
  const env = { LOCKSTEP_NODES: list, LOCKSTEP_CONFIG: config };
  const { stdout } = await runCli(['doctor', '--try', 'canary', '--json'], { env });
  const { findings } = JSON.parse(stdout) as { findings: { check: string; level: string }[] };
  const levels = findings.filter(({ check }) => check.startsWith('canary'));
  expect(
    levels.map(({ level }) => level),
    stdout,
  ).toEqual(['ok', 'ok']);
  for (const { records, deletes } of nodes) {
    expect([...records]).toEqual([]);
    deletes.splice(0);
  }
  const daemon = await startDaemon({ nodes: list, env: { LOCKSTEP_CONFIG: config } });
  onTestFinished(async () => daemon[Symbol.asyncDispose]());
  const client = await connectTo(daemon);
  expect(await client.create('5')).toMatchObject({ state: 'committed' });
  expect(await client.create('5')).toMatchObject({ state: 'refused', reason: 'already_exists' });
  expect(await client.delete('5')).toMatchObject({ state: 'committed' });
  expect(nodes.map(({ deletes }) => deletes.splice(0))).toEqual([[200], [200]]);

  expect(await client.create('6')).toMatchObject({ state: 'committed' });
  const other = '{"groupId":"6","by":"another"}';
  const [first, second] = nodes;
  if (first === undefined || second === undefined) throw new Error('there are two nodes');
  second.hooks.afterRead = (key) => {
    second.hooks.afterRead = undefined;
    second.records.set(key, other);
  };
  const answer = await client.delete('6');
  expect(answer).toMatchObject({ state: 'rolled_back', reason: 'node_refused' });
  expect([...second.records]).toEqual([['6', other]]);
  expect([...first.records]).toEqual([['6', '{"groupId":"6"}']]);
  expect(second.deletes).toEqual([412]);
});
