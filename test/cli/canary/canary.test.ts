/** `lockstep doctor --try`: what it says of dialects that are right, and of those that are wrong in one part. */
import { expect, test } from 'vitest';
import { tryKey } from '../../../src/cli/doctor/canary/try.ts';
import { type Changes, KEY, termsOf, tried, type UsersNode, usersNode } from './users-node.ts';

const NOT_FOUND = { status: 404, json: { '/error': 'not_found' } };

async function three(): Promise<readonly UsersNode[]> {
  return Promise.all([usersNode(), usersNode(), usersNode()]);
}

test('P10: a dialect that is right is well on each node, and nothing is left there', async () => {
  const nodes = await three();
  const findings = await tried(termsOf(nodes));
  expect(findings).toEqual(
    ['n1', 'n2', 'n3'].map((name) => ({
      check: `canary ${name}`,
      level: 'ok',
      message:
        'created (201), read (200), created again (409), listed (keys: 1), deleted (204), ' +
        'deleted again (404): as the dialect says',
    })),
  );
  for (const { ids } of nodes) expect([...ids]).toEqual([]);
});

test('P1: where one node holds the key already, nothing is created on any', async () => {
  const nodes = await three();
  nodes[1]?.ids.add(KEY);
  expect(await tried(termsOf(nodes))).toMatchObject([
    {
      check: 'canary n2',
      level: 'fail',
      message: 'a record with the key canary-1 exists',
    },
  ]);
  expect(nodes.map(({ ids }) => [...ids])).toEqual([[], [KEY], []]);
  const sent = nodes.flatMap(({ calls }) => calls);
  expect(sent.filter((call) => !call.startsWith('GET '))).toEqual([]);
});

test('P1: a key that only the list shows is left alone as well', async () => {
  const node = await usersNode();
  node.ids.add(KEY);
  node.instead = (call) =>
    call === `GET /api/users/${KEY}` ? { status: 404, body: { error: 'not_found' } } : undefined;
  expect(await tried(termsOf([node]))).toMatchObject([{ level: 'fail' }]);
  expect([...node.ids]).toEqual([KEY]);
});

/** By what is wrong: the changes, and the line that is proposed. */
const WRONG: Readonly<Record<string, readonly [Changes, string]>> = {
  'read.absent': [
    { read: { absent: { status: 404, json: { '/error': 'gone' } } } },
    'read: {absent: {status: 404, json: {/error: not_found}}}',
  ],
  'read.present': [{ read: { present: 203 } }, 'read: {present: 200}'],
  'record.key': [
    { record: { key: '/name' }, create: { key: '/data/id' } },
    'record: {key: /data/id}',
  ],
  'create.applied': [{ create: { applied: 200 } }, 'create: {applied: 201}'],
  'create.key': [{ create: { key: '/data' } }, 'create: {key: /data/id}'],
  'create.exists': [
    { create: { exists: { status: 409, json: { '/error': 'twice' } } } },
    'create: {exists: 409}',
  ],
  'create.body': [
    { create: { body: { json: { groupId: '{key}' } } } },
    'create: {body: {json: {id: "{key}"}}}',
  ],
  'list.items': [{ list: { items: '/users' } }, 'list: {items: /items, key: /id}'],
  'list.key': [{ list: { key: '/name' } }, 'list: {items: /items, key: /id}'],
  'delete.applied': [
    { delete: { applied: { status: 200 } } },
    'delete: {applied: {status: 204, header: {x-api: users}}}',
  ],
  'delete.gone': [
    { delete: { gone: { status: 404, json: { '/error': 'gone' } } } },
    'delete: {gone: {status: 404, json: {/error: not_found}}}',
  ],
  'delete.path': [
    { delete: { path: '/user/{key}' } },
    'delete: {method: DELETE, path: "/users/{key}", body: null, applied: 204}',
  ],
};

test.each(Object.entries(WRONG))(
  'P10: for a dialect with a wrong %s the right line is proposed',
  async (_, [changes, line]) => {
    const node = await usersNode();
    const findings = await tried(termsOf([node], changes));
    const hints = findings.map(({ hint }) => hint).join('\n');
    expect(hints).toContain(`dialect users should say: ${line}`);
    expect(findings.map(({ level }) => level)).not.toContain('ok');
    expect([...node.ids]).toEqual([]);
  },
);

test('P10: the proposed line is right: with it, all checks pass', async () => {
  const [changes] = WRONG['record.key'] ?? [{}];
  const node = await usersNode();
  const [finding] = await tried(termsOf([node], changes));
  expect(finding?.hint).toContain('record: {key: /data/id}');
  const mended = { ...changes, record: { key: '/data/id' } };
  expect(await tried(termsOf([node], mended))).toMatchObject([{ level: 'ok' }]);
});

test('P10: a wrong path of reads is reported, and what could not be seen is named with its call', async () => {
  const node = await usersNode();
  const absent = { status: 404, proof: 'words' };
  const findings = await tried(termsOf([node], { read: { path: '/accounts/{key}', absent } }));
  expect(findings[0]?.message).toContain('no read shows the record');
  expect(findings[0]?.hint).toBe('The list holds the record: correct read.path.');
  // The delete was answered as the dialect says, so nothing is left.
  expect([...node.ids]).toEqual([]);
});

test('P1: another record, made in place of the one asked for, is removed as it was not there before', async () => {
  const node = await usersNode();
  node.ids.add('somebody');
  const [finding] = await tried(
    termsOf([node], { create: { body: { json: { groupId: '{key}' } } } }),
  );
  expect(finding?.message).toMatch(
    /^the answer to the create of canary-1 names another record: u-[-0-9a-f]{36}$/,
  );
  expect([...node.ids]).toEqual(['somebody']);
});

test('P1: one that may have been there before is not touched, and named with its call', async () => {
  const node = await usersNode();
  const changes = { create: { body: { json: { groupId: '{key}' } } }, list: null };
  const findings = await tried(termsOf([node], changes));
  const [left] = node.ids;
  expect(findings.at(-1)).toMatchObject({
    level: 'fail',
    message: `the record ${left} may be left behind: the answer to a create named it`,
    hint: `If nobody else created it, remove it: curl -X DELETE -H 'Accept: application/json' -H 'X-Request-Id: ' ${node.url}/users/${left}`,
  });
});

test('P10: a record that a delete does not remove is named, with the call that removes it', async () => {
  const node = await usersNode();
  node.instead = (call) =>
    call.startsWith('DELETE ') ? { status: 403, body: { error: 'forbidden' } } : undefined;
  const findings = await tried(termsOf([node]));
  expect(findings.map(({ level }) => level)).toEqual(['fail', 'fail']);
  expect(findings[1]?.message).toContain('may be left behind: the delete was answered 403');
  expect(findings[1]?.hint).toContain(`${node.url}/users/${KEY}`);
});

test('P4: a create that was not answered may still be carried out, and is named', async () => {
  const node = await usersNode();
  node.instead = (call) => (call.startsWith('POST ') ? 'silence' : undefined);
  const findings = await tried(termsOf([node]));
  expect(findings.map(({ message }) => message).join('\n')).toContain(
    'the node did not answer a create completely, and may still carry it out',
  );
});

test('P9: a node that is not there is reported, and nothing is created on the others', async () => {
  const nodes = await three();
  if (nodes[2] !== undefined) nodes[2].instead = () => 'silence';
  const findings = await tried(termsOf(nodes));
  expect(findings).toMatchObject([{ check: 'canary n3', level: 'fail' }]);
  expect(nodes.flatMap(({ calls }) => calls).filter((call) => !call.startsWith('GET '))).toEqual(
    [],
  );
});

test('a key that the dialect does not allow is refused before anything is asked', async () => {
  const node = await usersNode();
  const findings = await tried(termsOf([node], {}, { key: 'Canary' }));
  expect(findings).toMatchObject([{ check: 'canary', level: 'fail' }]);
  expect(node.calls).toEqual([]);
});

test.each(['POST', 'GET /api/users?', 'DELETE'])(
  'P1: stopped while %s is under way, it removes what it made',
  async (when) => {
    const node = await usersNode();
    const [stop, leave] = [new AbortController(), new AbortController()];
    let seen = 0;
    node.instead = (call) => {
      // The first list is read before the create.
      if (call.startsWith(when) && (++seen > 1 || !when.startsWith('GET'))) stop.abort();
      return undefined;
    };
    const findings = await tryKey(termsOf([node]), { stop: stop.signal, leave: leave.signal });
    expect(findings.at(-1)).toMatchObject({ message: 'the trial was stopped before its end' });
    expect(node.calls.some((call) => call.startsWith('POST '))).toBe(true);
    expect([...node.ids]).toEqual([]);
  },
);

test('P10: left by a second Ctrl-C, it names what it has not removed', async () => {
  const node = await usersNode();
  const [stop, leave] = [new AbortController(), new AbortController()];
  node.instead = (call) => {
    if (call.startsWith('POST ')) {
      stop.abort();
      leave.abort();
    }
    return undefined;
  };
  const findings = await tryKey(termsOf([node]), { stop: stop.signal, leave: leave.signal });
  expect(findings.at(0)?.message).toContain(
    `${KEY} may be left behind: a second Ctrl-C came before`,
  );
  expect([...node.ids]).toEqual([KEY]);
});

test('P10: it proposes gone and absent by what the node says, not by what it says of one key', async () => {
  const node = await usersNode();
  node.instead = (call) => {
    if (!call.endsWith(KEY) || node.ids.has(KEY)) return undefined;
    return { status: 404, body: { message: `no user ${KEY}`, request: '0f3a9c1e5b7d' } };
  };
  const [finding] = await tried(termsOf([node], { read: { absent: NOT_FOUND } }));
  expect(finding?.hint).toContain(
    'read: {absent: {status: 404, json: {/message: "no user {key}"}}}',
  );
});

test('P1: tries a mapping of restored records, as a rolled-back delete sends it, and removes what came of it', async () => {
  const node = await usersNode();
  const restore = { drop: ['etag'] };
  const findings = await tried(termsOf([node], { delete: { restore } }));
  expect(findings).toMatchObject([{ level: 'fail' }]);
  expect(findings[0]?.message).toContain('the create that a rollback sends');
  expect(findings[0]?.hint).toMatch(/^Correct delete\.restore: .* the dialect users should say: /);
  expect([...node.ids]).toEqual([]);
});

test('a record that a mapping makes again may differ from the original, and that is no finding', async () => {
  const node = await usersNode();
  let serial = 0;
  node.instead = (call) => {
    if (call !== `GET /api/users/${KEY}` || !node.ids.has(KEY)) return undefined;
    return { status: 200, body: { data: { id: KEY, serial: serial++ } } };
  };
  const restore = { keep: ['data'], set: { id: KEY } };
  const findings = await tried(termsOf([node], { delete: { restore } }));
  expect(findings).toMatchObject([{ level: 'ok' }]);
  expect(findings[0]?.message).toContain('restored (201): as the dialect says');
  expect(node.calls.filter((call) => call.startsWith('POST'))).toHaveLength(3);
  expect([...node.ids]).toEqual([]);
});
