/** Audits of records with content: nodes that hold several, and keys whose create needs one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectTo } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';
import { type KeepingNode, startKeepingNode } from '../support/keeping-node.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NODES = ['node01', 'node02', 'node03'] as const;
const TEXT = '{ "email":"ann@example.com", "n":1.50 }';
const bodyOf = (key: string, content = TEXT) => `{"groupId":"${key}","content":${content}}`;

async function start(record: object = { content: '/content' }) {
  const nodes = await Promise.all(NODES.map(startKeepingNode));
  const config = join(tempFolder(), 'lockstep.config.json');
  const mine = {
    extends: 'challenge',
    record: { key: '/groupId', ...record },
    create: { body: { json: { groupId: '{key}', content: '{record}' } } },
    delete: { restore: 'exact' },
    list: { path: '/all', items: '', key: '', paging: null },
  };
  writeFileSync(config, JSON.stringify({ dialect: 'mine', dialects: { mine } }));
  const list = nodes.map(({ url }, index) => `${NODES[index]}=${url}`).join();
  const daemon = await startDaemon({ nodes: list, env: { LOCKSTEP_CONFIG: config } });
  onTestFinished(async () => daemon[Symbol.asyncDispose]());
  const env = { LOCKSTEP_ENDPOINT: daemon.endpoint };
  const audit = (...args: string[]) => runCli(['audit', ...args], { env });
  const put = (key: string, ...bodies: readonly (string | undefined)[]) => {
    for (const [index, body] of bodies.entries()) {
      if (body !== undefined) nodes[index]?.bodies.set(key, body);
    }
  };
  const heldOf = (key: string) => nodes.map(({ bodies }) => bodies.get(key));
  return { nodes: nodes as [KeepingNode, KeepingNode, KeepingNode], daemon, audit, put, heldOf };
}

test('P1: a record that differs is replaced on an operator’s word, and every node holds that of the right one', async () => {
  const { daemon, audit, put, heldOf } = await start();
  const client = await connectTo(daemon);
  await client.create('ann', { record: { a: 0 } });
  const other = bodyOf('ann', '{"a":1}');
  put('ann', bodyOf('ann'), other, bodyOf('ann', '{"a":2}'));
  const before = heldOf('ann');
  const file = join(tempFolder(), 'keys');
  writeFileSync(file, 'ann\n');
  const blind = await audit('--keys', file, '--repair', '--yes');
  expect([blind.code, blind.stdout]).toEqual([1, expect.stringContaining('different: --right')]);
  expect(heldOf('ann')).toEqual(before);
  const plan = await audit('--keys', file, '--right', 'node01');
  expect(plan.stdout).toContain('replace by node01');
  expect(plan.stdout).toMatch(/present, right +present, replaced +present, replaced/);
  expect(heldOf('ann')).toEqual(before);
  const repaired = await audit('--keys', file, '--right', 'node01', '--repair', '--yes');
  expect([repaired.code, repaired.stdout]).toEqual([0, expect.stringContaining('1 key repaired')]);
  expect(heldOf('ann')).toEqual([bodyOf('ann'), bodyOf('ann'), bodyOf('ann')]);
  expect(daemon.output).not.toContain('ann@example.com');
});

test('P2: a crash between the two commands of a repair leaves the create, which goes on', async () => {
  const { nodes, daemon, put, heldOf } = await start();
  put('ann', bodyOf('ann'), bodyOf('ann', '{"a":1}'), bodyOf('ann'));
  nodes[2].fails = true;
  const client = await connectTo(daemon);
  const answer = await client.audit({ keys: ['ann'], right: 'node01', repair: true });
  expect(answer).toMatchObject({
    findings: [
      { kind: 'different', repair: { op: 'create', right: 'node01', replaces: ['node02'] } },
    ],
  });
  expect(JSON.stringify(answer)).not.toContain('ann@example.com');
  await vi.waitFor(() => expect(heldOf('ann')).toEqual([bodyOf('ann'), bodyOf('ann'), undefined]));
  await daemon.kill9();
  nodes[2].fails = false;
  await daemon.restart();
  const again = await connectTo(daemon);
  await vi.waitFor(async () => expect(await again.summary()).toMatchObject({ open: 0 }), 20_000);
  expect(heldOf('ann')).toEqual([bodyOf('ann'), bodyOf('ann'), bodyOf('ann')]);
});

test('P1: a key that a node lacks is made again with the record of a node that has it', async () => {
  const { nodes, daemon, audit, put, heldOf } = await start();
  const client = await connectTo(daemon);
  expect(await client.create('ann', { record: JSON.parse(TEXT) })).toMatchObject({
    state: 'committed',
  });
  nodes[1].bodies.delete('ann');
  put('bob', bodyOf('bob'), bodyOf('bob'));
  const { code } = await audit('--repair', '--yes', '--unknown', 'create');
  expect(code).toBe(0);
  expect(heldOf('bob')).toEqual([bodyOf('bob'), bodyOf('bob'), bodyOf('bob')]);
  const [ann] = heldOf('ann');
  expect([ann, ...heldOf('ann')]).toEqual([ann, ann, ann, ann]);
});

test('P10: what cannot be repaired says why, and nothing is touched', async () => {
  const { audit, put, heldOf } = await start({ content: { email: '/content/email' } });
  const file = join(tempFolder(), 'keys');
  writeFileSync(file, 'ann\nbob\n');
  put('ann', bodyOf('ann'), bodyOf('ann', '{"email":"x"}'), bodyOf('ann', '{"email":7e400}'));
  put('bob', bodyOf('bob'), bodyOf('bob', '{"email":"y"}'));
  const before = [heldOf('ann'), heldOf('bob')];
  const wrong = await audit('--keys', file, '--right', 'node09');
  expect([wrong.code, wrong.stderr]).toEqual([
    expect.any(Number),
    expect.stringContaining('right names no node'),
  ]);
  const none = await audit(
    '--keys',
    file,
    '--right',
    'node03',
    '--repair',
    '--yes',
    '--unknown',
    'create',
  );
  expect(none.code).toBe(1);
  expect(none.stdout).toContain(
    'none: the dialect does not say which record makes what node03 shows',
  );
  expect(none.stdout).toContain('none: right: node03 does not hold the record');
  expect([heldOf('ann'), heldOf('bob')]).toEqual(before);
});

test('--content compares the contents of keys that all nodes list, and only then', async () => {
  const { audit, put } = await start();
  for (const key of ['a', 'b', 'c']) put(key, bodyOf(key), bodyOf(key), bodyOf(key));
  put('b', undefined, bodyOf('b', '{"a":1}'));
  expect((await audit()).code).toBe(0);
  const compared = await audit('--content', '--json');
  expect(compared.code).toBe(1);
  expect(compared.stdout).toContain('"groupId":"b","kind":"different"');
  expect(compared.stdout).toContain('"differing":1');
});

test('P10: a record that could not be made again is not repaired: the key is named, the exit code is 1', async () => {
  const { nodes, audit, put, heldOf } = await start();
  const file = join(tempFolder(), 'keys');
  writeFileSync(file, 'ann\nbob\n');
  for (const key of ['ann', 'bob']) put(key, bodyOf(key), bodyOf(key, '{"a":1}'), bodyOf(key));
  nodes[1].refuses = true;
  const { code, stdout } = await audit('--keys', file, '--right', 'node01', '--repair', '--yes');
  expect(heldOf('ann')).toEqual([undefined, undefined, undefined]);
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining('0 keys repaired; now 2 keys differ'),
  ]);
  expect(stdout).toMatch(/ann was not replaced.*lockstep status repair-\S+ --record/);
  expect(stdout).toMatch(/bob was not replaced.*lockstep status repair-\S+ --record/);
});

test('a breaker tells no client what a node repeated of the record of another', async () => {
  const { nodes, daemon } = await start();
  nodes[1].fails = true;
  nodes[1].repeats = true;
  const client = await connectTo(daemon);
  for (let index = 0; index < 12; index++) {
    await client.create(`k${index}`, { wait: 'accepted', record: JSON.parse(TEXT) });
  }
  const refused = async (key: string) =>
    JSON.stringify(await client.create(key, { wait: 'accepted', record: { a: 1 } }));
  let count = 0;
  const isOpen = async () => expect(await refused(`z${count++}`)).toContain('breaker of node02');
  await vi.waitFor(isOpen, { timeout: 15_000, interval: 100 });
  expect(await refused('z')).toContain('500');
  expect(await refused('z')).not.toContain('ann@example.com');
});
