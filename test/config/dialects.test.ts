import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { SHIPPED_DIALECTS } from '../../src/node/dialects/index.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import { faultsOf, messagesOf, withDialect } from './dialect-in.ts';
import { problemOf, problemsOf, settingsOf } from './load-in.ts';

const FILE = 'lockstep.config.json';

function whole(): Record<string, unknown> {
  const { name: _, ...members } = structuredClone(challenge);
  return members;
}

describe('dialects', () => {
  test.each(['reliable-ops', 'challenge'])('%s ships, and is found by its name', (name) => {
    expect(settingsOf({ env: { LOCKSTEP_DIALECT: name } }).dialect).toBe(
      SHIPPED_DIALECTS.find((dialect) => dialect.name === name),
    );
  });

  test('an unknown one is suggested', () => {
    expect(problemOf({ env: { LOCKSTEP_DIALECT: 'chalenge' } })).toMatchObject({
      source: 'LOCKSTEP_DIALECT',
      message: '"chalenge" is not a dialect',
      hint: 'Did you mean challenge?',
    });
  });

  test('a custom one says only what differs, member by member of its calls', () => {
    const mine = {
      extends: 'reliable-ops',
      create: { path: '/items', perhaps: 409 },
      list: null,
    };
    expect(settingsOf(withDialect(mine)).dialect).toEqual({
      ...reliableOps,
      name: 'mine',
      create: { ...reliableOps.create, path: '/items', perhaps: [{ status: [409] }] },
      list: null,
    });
  });

  test('a value that follows from another member follows from its new value', () => {
    const mine = {
      extends: 'challenge',
      record: { key: '/id', type: 'number' },
      create: { body: { text: 'id={key}' } },
      delete: { body: null, path: '/group/{key}' },
    };
    const { create, record } = settingsOf(withDialect(mine)).dialect;
    expect(record).toEqual({ key: '/id', type: 'number' });
    expect(create).toMatchObject({ key: '/id', contentType: 'text/plain; charset=utf-8' });
  });

  test('P1: an absence needs a proof, and a presence where the key is not in the answer', () => {
    const bare = { extends: 'challenge', read: { absent: 404 }, delete: { gone: [404] } };
    expect(faultsOf(bare)).toEqual([
      expect.stringMatching(/^\.delete\.gone 404 does not prove that the node itself sent/),
      expect.stringMatching(/^\.read\.absent 404 does not prove that the node itself sent/),
    ]);
    const page = { extends: 'challenge', record: { key: null } };
    expect(faultsOf(page)).toEqual([expect.stringMatching(/^\.read\.present needs a proof/)]);
    const absent = { status: 404, json: { '/error': ['gone', '*{key}*'] } };
    const present = { status: 200, header: { 'X-Node': '{node}' } };
    const read = { present, absent };
    expect(settingsOf(withDialect({ ...page, read })).dialect.read).toMatchObject({
      present: [{ status: [200], header: { 'x-node': ['{node}'] } }],
      absent: [{ status: [404], json: { '/error': ['gone', '*{key}*'] } }],
    });
  });

  test.each([
    ['proof', { proof: 'words' }, '.proof is no longer a member: the proof stands beside'],
    ['tokens', { tokens: false }, '.tokens is no longer a member: write mark'],
    ['tokenHeader', { tokenHeader: null }, '.tokenHeader is no longer a member: write mark'],
    ['nodeHeader', { nodeHeader: true }, '.nodeHeader is no longer a member: write headers'],
    [
      'forbiddenCharacters',
      { forbiddenCharacters: '/' },
      '.forbiddenCharacters is no longer a member: write keys: {forbidden',
    ],
    [
      'sendsBody',
      { create: { sendsBody: true } },
      '.create.sendsBody is no longer a member: write body',
    ],
    [
      'statuses',
      { read: { statuses: { present: [200] } } },
      '.read.statuses is no longer a member: its members stand in the call itself',
    ],
    [
      '{groupId}',
      { read: { path: '/{groupId}' } },
      '.read.path "/{groupId}" holds braces other than {key} and {node}; {groupId} is called {key} now',
    ],
  ])('P10: %s of before is refused, with its new name', (_, mine, fault) => {
    const [first] = faultsOf({ extends: 'challenge', ...mine });
    expect(first).toContain(fault);
  });

  test('its limits are stronger than the settings for all nodes, and keep their rules', () => {
    const limits = { connectionsPerNode: 4, requestTimeoutMs: 3000, answerBytes: 1_000_000 };
    const setup = withDialect({ extends: 'challenge', limits });
    expect(settingsOf(setup)).toMatchObject({ connectionsPerNode: 4, requestTimeoutMs: 3000 });
    const env = { LOCKSTEP_CONNECTIONS_PER_NODE: '7' };
    expect(settingsOf({ ...setup, env })).toMatchObject({ connectionsPerNode: 4 });
    const slow = withDialect({ extends: 'challenge', limits: { requestTimeoutMs: 6000 } });
    expect(problemsOf(slow)[0]).toMatchObject({
      source: `${FILE}: dialects.mine.limits`,
      message: expect.stringContaining('requestTimeoutMs ≤ quiesceMs'),
    });
  });

  test('a custom one may be whole', () => {
    expect(settingsOf(withDialect(whole())).dialect).toEqual({ ...challenge, name: 'mine' });
  });

  test('the shipped dialects pass the check of custom ones', () => {
    for (const { name, ...members } of SHIPPED_DIALECTS) {
      expect(settingsOf(withDialect(members)).dialect).toEqual({ name: 'mine', ...members });
      expect(faultsOf({ name, ...members })).toEqual([
        '.name is not written here: a dialect is named by its key',
      ]);
    }
  });

  test('a custom one that is wrong is a problem even where it is not used', () => {
    const files = { [FILE]: { dialects: { spare: { extends: 'challenge', keys: 1 } } } };
    expect(problemOf({ files }).source).toBe(`${FILE}: dialects.spare.keys`);
  });

  test.each<[object, string]>([
    [{}, ' lacks record, create, delete, read; or it extends reliable-ops or challenge'],
    [{ extends: 'http' }, '.extends is not one of reliable-ops, challenge'],
    [{ extends: 'challenge', creat: {} }, ' has an unknown key "creat" (did you mean "create"?)'],
    [
      { extends: 'challenge', delete: { gon: [404] } },
      '.delete has an unknown key "gon" (did you mean "gone"?)',
    ],
    [
      { extends: 'challenge', delete: { gone: { statu: 404, status: 404, proof: 'words' } } },
      '.delete.gone has an unknown key "statu" (did you mean "status"?)',
    ],
    [{ extends: 'challenge', read: { method: 'get' } }, '.read.method "get" is not GET, HEAD'],
    [
      { extends: 'challenge', create: { path: 'group' } },
      '.create.path "group" does not begin with / or holds characters other than printable ASCII',
    ],
    [
      { extends: 'challenge', create: { path: '/{id}' } },
      '.create.path "/{id}" holds braces other than {key} and {node}',
    ],
    [
      { extends: 'challenge', create: { path: '/a#b' } },
      '.create.path "/a#b" holds a fragment (#)',
    ],
    [
      { extends: 'challenge', read: { path: '/group/' } },
      '.read.path does not name the record: {key} is missing',
    ],
    [
      { extends: 'challenge', delete: { body: null } },
      '.delete does not name the record: {key} is missing in path and body',
    ],
    [
      { extends: 'challenge', create: { body: { json: { id: '{kye}' } } } },
      '.create.body holds {kye}: places here are {key}, {id}, {node}, and, as a whole text of JSON, {key:number}, {record} and {record.NAME}',
    ],
    [
      { extends: 'challenge', create: { body: 'groupId={key}' } },
      '.create.body is not {json: …}, {text: …} or null',
    ],
    [
      { extends: 'challenge', headers: { 'X-Key': '${env:KEY}' } },
      '.headers.X-Key holds a secret, which belongs to the nodes: nodes.NAME.headers or auth',
    ],
    [
      { extends: 'challenge', create: { headers: { host: 'a' } } },
      '.create.headers.host is a header that lockstep writes itself',
    ],
    [
      { extends: 'reliable-ops', list: { path: '/group' } },
      '.list.path does not page: {after} is missing',
    ],
    [
      { extends: 'challenge', create: { perhaps: [400, 201] } },
      '.create gives 201 two meanings, and no proof distinguishes them',
    ],
    [
      { extends: 'challenge', stats: { path: '/stats/{key}' } },
      '.stats.path "/stats/{key}" holds braces',
    ],
    [
      { extends: 'challenge', create: { applied: 202 } },
      '.create.applied 202 is not 2xx other than 202, which belongs to accepted',
    ],
    [
      { extends: 'challenge', read: { absent: { status: 404, json: { error: 'x' } } } },
      '.read.absent.json.error does not begin with / (a JSON pointer)',
    ],
    [
      { extends: 'challenge', read: { absent: { status: 404, text: 'no {record}' } } },
      '.read.absent.text holds {record}: places here are {key} and {node}',
    ],
    [
      { extends: 'challenge', create: { body: null, path: '/{key}', method: 'PUT' } },
      '.delete.restore is "exact", and a create without a body sends nothing back',
    ],
    [
      { extends: 'challenge', keys: { pattern: '(' } },
      '.keys.pattern is not a regular expression of RE2 (missing closing ): `(`)',
    ],
    [
      { extends: 'challenge', limits: { answerBytes: 17_000_000 } },
      '.limits.answerBytes 17000000 is more than 16777216',
    ],
  ])('%j is refused', (mine, fault) => {
    expect(faultsOf(mine)).toEqual([fault]);
  });

  test('P10: every fault is reported at once', () => {
    const mine = {
      extends: 'challenge',
      create: { path: 'a', applied: [500] },
      read: { absent: 404 },
      health: { path: '/', statu: 1 },
    };
    expect(faultsOf(mine)).toHaveLength(4);
  });

  test('one status may have two meanings that its answers tell apart', () => {
    const applied = { status: 200, json: { '/made': true } };
    const exists = { status: 200, json: { '/made': false } };
    const mine = { extends: 'challenge', create: { applied, exists } };
    expect(messagesOf(mine)).toEqual([]);
  });

  test.each([5, null, 'challenge', []])('%j is not a dialect', (mine) => {
    expect(faultsOf(mine)).toEqual([' is not an object']);
  });

  test('the name of one that ships can not be taken', () => {
    const files = { [FILE]: { dialects: { challenge: { extends: 'challenge' } } } };
    expect(problemOf({ files }).message).toBe('is the name of a dialect that ships');
  });

  test.each(['a b', '__proto__', 'toString'])('a dialect can not be named %s', (name) => {
    const text = `{"dialects": {${JSON.stringify(name)}: {"extends": "challenge"}}}`;
    expect(problemOf({ files: { [FILE]: text } }).source).toBe(`${FILE}: dialects.${name}`);
  });

  test('P4: no file can make a doubt an answer', () => {
    const doubtful = fc.oneof(
      fc.constantFrom(408, 425, 429),
      fc.integer({ min: 500, max: 599 }),
      fc.integer({ min: 0, max: 199 }),
      fc.integer({ min: 300, max: 399 }),
    );
    const place = fc.constantFrom(
      ['create', 'applied'],
      ['create', 'exists'],
      ['create', 'perhaps'],
      ['create', 'unsure'],
      ['delete', 'applied'],
      ['delete', 'gone'],
      ['delete', 'perhaps'],
      ['delete', 'refused'],
      ['read', 'present'],
      ['read', 'absent'],
    );
    fc.assert(
      fc.property(doubtful, place, (status, [call = '', meaning = '']) => {
        const rule = { status: [status], text: 'x' };
        const mine = { extends: 'challenge', [call]: { [meaning]: rule } };
        const faults = faultsOf(mine);
        expect(faults[0]).toContain(`.${call}.${meaning}.status ${status} is not `);
      }),
    );
  });
});
