/** `lockstep doctor --try KEY --record JSON`: dialects whose creates send the content of a record. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readExample } from '../../node-apis/apis/api.ts';
import { eventually } from '../../support/client-pair.ts';
import { runCli, startCli } from '../../support/run-cli.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { type Changes, KEY, termsOf, tried, type UsersNode, usersNode } from './users-node.ts';

const RECORD = { name: 'Ann "A" ü', quota: 5 };
const CREATE = { body: { json: { id: '{key}', name: '{record.name}', quota: '{record.quota}' } } };
const CONTENT = { content: { name: '/data/name', quota: '/data/quota' } };
const FILLED: Changes = { create: CREATE, record: CONTENT, delete: { restore: 'none' } };

async function findingsOf(node: UsersNode, changes: Changes, record: object | undefined) {
  return tried(termsOf([node], changes, record === undefined ? {} : { record }));
}

test('P10: creates the canary with the record, reads it back, and leaves nothing', async () => {
  const node = await usersNode();
  expect(await findingsOf(node, FILLED, RECORD)).toMatchObject([
    { level: 'ok', message: expect.stringContaining('created (201), read (200)') },
  ]);
  expect(node.contents.get(KEY)).toEqual({ id: KEY, ...RECORD });
  expect([...node.ids]).toEqual([]);
});

test('P10: a read that shows another content is a finding that names the member and its place', async () => {
  const node = await usersNode();
  node.instead = (call) => {
    if (call !== `GET /api/users/${KEY}` || !node.ids.has(KEY)) return undefined;
    return { status: 200, body: { data: { id: KEY, name: RECORD.name, quota: 100 } } };
  };
  const [finding] = await findingsOf(node, FILLED, RECORD);
  expect(finding).toMatchObject({ check: 'canary n1', level: 'fail' });
  expect(finding?.message).toMatch(/^the read after the create shows another record\.quota: 200 /);
  expect(finding?.hint).toMatch(/^Correct record\.content\.quota of the dialect/);
  expect([...node.ids]).toEqual([]);
});

test('P10: a restored record that lost a part of its content is a finding', async () => {
  const node = await usersNode();
  // The wrapper of a read is not what a create takes.
  const restore = { keep: ['data'], set: { id: KEY } };
  const changes = { ...FILLED, delete: { restore } };
  const findings = await findingsOf(node, changes, RECORD);
  expect(findings.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^the read after the create that a rollback sends shows another record\.name, record\.quota: /,
    ),
  ]);
  expect([...node.ids]).toEqual([]);
});

test('P10: where the dialect does not compare the content, the line that does is proposed', async () => {
  const node = await usersNode();
  const changes = { ...FILLED, record: {} };
  const [finding] = await findingsOf(node, changes, RECORD);
  expect(finding?.level).toBe('warn');
  expect(finding?.hint).toBe(
    'The dialect users should say: record: {key: /data/id, content: {name: /data/name, quota: /data/quota}}',
  );
  expect(await findingsOf(node, { ...changes, record: CONTENT }, RECORD)).toMatchObject([
    { level: 'ok' },
  ]);
});

const HOW = 'Give one with --record JSON, --record-file FILE or --record - (stdin).';
const PLACE = 'Correct the record that --record gives, or create.body of the dialect.';

test.each([
  ['none is given', FILLED, undefined, 'record is missing: a create of the users', HOW],
  ['a member is missing', FILLED, { name: 'Ann' }, 'record.quota is missing', PLACE],
  ['a member has no place', FILLED, { ...RECORD, age: 3 }, 'record.age has no place', PLACE],
  [
    'the dialect sends none',
    {},
    RECORD,
    'record has no place in create.body',
    'Leave --record out',
  ],
  [
    'it is too large',
    FILLED,
    { ...RECORD, name: 'x'.repeat(70_000) },
    'larger than 65536 bytes',
    'smaller',
  ],
])(
  'P10: %s: refused before any node is asked, with the option',
  async (...[, changes, record, message, hint]) => {
    const node = await usersNode();
    expect(await findingsOf(node, changes, record)).toEqual([
      {
        check: 'canary',
        level: 'fail',
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      },
    ]);
    expect(node.calls).toEqual([]);
  },
);

async function environment(node: UsersNode) {
  const folder = tempFolder();
  const { users } = readExample('json-api').dialects as Record<string, Record<string, object>>;
  const sections = Object.entries(FILLED).map(([name, own]) => [
    name,
    { ...users?.[name], ...own },
  ]);
  const dialects = { users: { ...users, ...Object.fromEntries(sections) } };
  const file = join(folder, 'lockstep.config.json');
  writeFileSync(file, JSON.stringify({ dialect: 'users', dialects, nodes: { n1: node.url } }));
  const env = { LOCKSTEP_CONFIG: file, LOCKSTEP_DATA_DIR: join(folder, 'data') };
  return { folder, env };
}

function canaryOf(stdout: string) {
  const { findings } = JSON.parse(stdout) as {
    findings: readonly { check: string; level: string }[];
  };
  return findings.filter(({ check }) => check.startsWith('canary'));
}

test('P10: takes the record from an option, a file and stdin, as create-one does', async () => {
  const node = await usersNode();
  const { folder, env } = await environment(node);
  const file = join(folder, 'record.json');
  writeFileSync(file, JSON.stringify(RECORD));
  for (const given of [
    { words: ['--record', JSON.stringify(RECORD)] },
    { words: ['--record-file', file] },
    { words: ['--record', '-'], input: JSON.stringify(RECORD) },
  ]) {
    node.contents.clear();
    const { words, ...options } = given;
    const { stdout, stderr } = await runCli(['doctor', '--try', KEY, '--json', ...words], {
      env,
      ...options,
    });
    expect(stderr).toBe('');
    expect(canaryOf(stdout)).toMatchObject([{ check: 'canary n1', level: 'ok' }]);
    expect(node.contents.get(KEY)).toEqual({ id: KEY, ...RECORD });
  }
});

test.each([
  [['--record', '{}'], '--record and --record-file need --try'],
  [['--try', KEY, '--record', '{"a":1,"a":2}'], 'record.a is given twice'],
  [['--try', KEY, '--record', '[1]'], 'record must be a JSON object'],
  [['--try', KEY, '--record', '{}', '--record-file', 'x'], 'exclude each other'],
  [['--try', KEY, '--record-file', '/no/such'], 'cannot read the record from /no/such: ENOENT'],
])('P10: doctor %j is bad usage, and says why', async (words, why) => {
  const { code, stderr, stdout } = await runCli(['doctor', ...words], {});
  expect(stderr).toContain(why);
  expect([code, stdout]).toEqual([2, '']);
});

test('P1: after kill -9 in the middle only its key may remain, and the next trial creates nothing', async () => {
  const node = await usersNode();
  const { env } = await environment(node);
  // The read after the create is never answered.
  node.instead = (call) => (call.startsWith('GET') && node.ids.size > 0 ? 'silence' : undefined);
  const words = ['doctor', '--try', KEY, '--json', '--record', JSON.stringify(RECORD)];
  const cli = startCli(words, { env });
  onTestFinished(() => void cli.child.kill('SIGKILL'));
  await eventually(async () => node.ids.size).toBe(1);
  cli.child.kill('SIGKILL');
  await cli.result;
  expect([...node.ids]).toEqual([KEY]);
  node.instead = () => undefined;
  const before = node.calls.length;
  const { stdout } = await runCli(words, { env });
  expect(canaryOf(stdout)).toMatchObject([
    { level: 'fail', hint: expect.stringContaining(`lockstep delete-one KEY --ensure removes it`) },
  ]);
  expect(node.calls.slice(before).filter((call) => !call.startsWith('GET '))).toEqual([]);
});
