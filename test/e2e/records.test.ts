/** Creates with content, from the client's socket to nodes that keep what they get. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectTo } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';
import { startKeepingNode } from '../support/keeping-node.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const TEXT = '{ "email":"ann@example.com", "n":1.50 }';
const BODY = `{"groupId":"ann","content":${TEXT}}`;

async function start() {
  const nodes = await Promise.all([startKeepingNode(), startKeepingNode(), startKeepingNode()]);
  const config = join(tempFolder(), 'lockstep.config.json');
  const create = { body: { json: { groupId: '{key}', content: '{record}' } } };
  const record = { key: '/groupId', content: '/content' };
  const mine = { extends: 'challenge', record, create, delete: { restore: 'exact' } };
  writeFileSync(config, JSON.stringify({ dialect: 'mine', dialects: { mine } }));
  const list = nodes.map(({ url }, index) => `node0${index + 1}=${url}`).join();
  const daemon = await startDaemon({ nodes: list, env: { LOCKSTEP_CONFIG: config } });
  onTestFinished(async () => daemon[Symbol.asyncDispose]());
  const bodiesOf = (key: string) => nodes.map(({ bodies }) => bodies.get(key));
  return { nodes, daemon, bodiesOf };
}

test('P1: every node holds the record as the client wrote it', async () => {
  const { nodes, daemon, bodiesOf } = await start();
  using socket = new RawSocket(daemon.endpoint);
  const ask = (record: string, id: string) =>
    socket.ask(`{"op":"create","id":"${id}","groupId":"ann","record":${record}}`);
  expect(await ask(TEXT, '1')).toMatchObject({ state: 'committed' });
  expect(bodiesOf('ann')).toEqual([BODY, BODY, BODY]);
  expect(await ask('{"n":1.5,"email":"ann@example.com"}', '1')).toMatchObject({
    state: 'committed',
  });
  expect(await ask('{"n":2}', '1')).toMatchObject({ error: { code: 'id_conflict' } });
  expect(await ask('{"a":1e999}', '2')).toMatchObject({ error: { field: 'record.a' } });
  const client = await connectTo(daemon);
  expect(await client.create('bob')).toMatchObject({ error: { field: 'record' } });
  expect(await client.create('bob', { record: { a: 1 } })).toMatchObject({ state: 'committed' });
  expect(bodiesOf('bob')[2]).toBe('{"groupId":"bob","content":{"a":1}}');
  expect(await client.delete('ann')).toMatchObject({ state: 'committed' });
  expect(nodes.map(({ bodies }) => [...bodies.keys()])).toEqual([['bob'], ['bob'], ['bob']]);
  expect(daemon.output).not.toContain('ann@example.com');
});

test('P2: a record outlives kill -9, and reaches the node that failed', async () => {
  const { nodes, daemon, bodiesOf } = await start();
  const [first, , last] = nodes;
  if (first === undefined || last === undefined) throw new Error('no nodes');
  last.fails = true;
  using socket = new RawSocket(daemon.endpoint);
  await socket.ask(`{"op":"create","id":"1","groupId":"ann","wait":"accepted","record":${TEXT}}`);
  await vi.waitFor(() => expect(first.bodies.size).toBe(1));
  await daemon.kill9();
  last.fails = false;
  await daemon.restart();
  using again = new RawSocket(daemon.endpoint);
  const repeat = await again.ask(`{"op":"create","id":"1","groupId":"ann","record":${TEXT}}`);
  expect(repeat).toMatchObject({ state: 'committed' });
  expect(bodiesOf('ann')).toEqual([BODY, BODY, BODY]);
});

test('the command line takes records from options, files, stdin and lines of JSON', async () => {
  const { daemon, bodiesOf } = await start();
  const env = { LOCKSTEP_ENDPOINT: daemon.endpoint };
  const run = (args: readonly string[], input = '') => runCli(args, { env, input });
  const file = join(tempFolder(), 'record.json');
  writeFileSync(file, `${TEXT}\n`);
  const body = (key: string) => `{"groupId":"${key}","content":${TEXT}}`;
  const made = [
    await run(['create-one', 'a', '--record', TEXT, '--id', 'order-1']),
    await run(['create-one', 'b', '--record-file', file]),
    await run(['create-one', 'c', '--record', '-'], TEXT),
    await run(['create', '1..2', '--record', TEXT]),
    await run(['create', '-', '--json-lines'], `{"groupId":"d","record":${TEXT}}\n`),
  ];
  expect(made.map(({ code, stderr }) => [code, /error|fault/i.test(stderr)])).toEqual(
    made.map(() => [0, false]),
  );
  for (const key of ['a', 'b', 'c', '1', '2', 'd']) expect(bodiesOf(key)[2]).toBe(body(key));

  const shown = await run(['status', 'order-1', '--record']);
  expect(shown.stdout).toContain('record: {"email":"ann@example.com","n":1.5}');
  expect((await run(['status', 'order-1', '--json'])).stdout).not.toContain('ann@');

  const faults = [
    [['create-one', 'x', '--record', '{"a":1e999}'], 'record.a is a number that a double'],
    [['create-one', 'x', '--record', '{"a":1,"a":2}'], 'record.a is given twice'],
    [['create-one', 'x', '--record', '[]'], 'record must be a JSON object'],
    [['create-one', 'x', '--record', '{},"id":"y"'], 'lockstep: record is not JSON: '],
    [['create-one', 'x', '--record', '{'], 'lockstep: record is not JSON: '],
    [['create-one', 'x', '--record', '{"a":1'], 'position 6 '],
    [
      ['create-one', 'x', '--record-file', '/nowhere'],
      'cannot read the record from /nowhere: ENOENT',
    ],
    [['create', '-', '--record', '-'], 'cannot both come from stdin'],
    [['delete-one', 'a', '--record', '{}'], 'unknown option --record'],
  ] as const;
  for (const [args, why] of faults) {
    expect(await run(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(why) });
  }
  const lines = '{"groupId":"y","record":{"a":1e999}}\n{"groupId":"z","recrod":{}}\n';
  const wrong = await run(['create', '-', '--json-lines', '--json'], lines);
  expect(wrong.code).toBe(1);
  expect(wrong.stdout).toContain('line 1: record.a is a number');
  expect(wrong.stdout).toContain('line 2: unknown member \\"recrod\\"');
});

test('P1: ensure heals equal content, and refuses to cover another', async () => {
  const { nodes, daemon, bodiesOf } = await start();
  const [first] = nodes;
  if (first === undefined) throw new Error('no node');
  const client = await connectTo(daemon);
  const ensure = (key: string, record: object) =>
    client.create(key, { ensure: true, record: { ...record } });
  first.bodies.set('ann', '{"groupId":"ann","content":{"b":2,"a":1},"addedByNode":7}');
  expect(await ensure('ann', { a: 1, b: 2 })).toMatchObject({ state: 'committed' });
  expect(bodiesOf('ann').slice(1)).toEqual(
    Array(2).fill('{"groupId":"ann","content":{"a":1,"b":2}}'),
  );
  first.bodies.set('bob', '{"groupId":"bob","content":{"secret":"other"}}');
  const refused = await ensure('bob', { a: 1 });
  expect(refused).toMatchObject({ state: 'refused', reason: 'different' });
  expect(bodiesOf('bob')).toEqual([
    '{"groupId":"bob","content":{"secret":"other"}}',
    undefined,
    undefined,
  ]);
  expect(JSON.stringify(refused)).not.toContain('secret');
});

test('an audit of a key whose contents differ between nodes reports it as different', async () => {
  const { nodes, daemon } = await start();
  const client = await connectTo(daemon);
  for (const key of ['ann', 'bob']) await client.create(key, { record: { a: 1, b: 2 } });
  nodes[0]?.bodies.set('ann', '{"groupId":"ann","content":{"b":2,"a":1},"addedByNode":7}');
  nodes[1]?.bodies.set('bob', '{"groupId":"bob","content":{"a":1}}');
  const answer = await client.audit({ keys: ['ann', 'bob'], repair: true });
  expect(answer).toMatchObject({
    checked: 2,
    findings: [{ groupId: 'bob', kind: 'different', journal: 'present' }],
  });
  expect(JSON.stringify(answer)).not.toContain('repair');
});
