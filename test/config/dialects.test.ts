import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { SHIPPED_DIALECTS } from '../../src/node/dialects/index.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import { problemOf, problemsOf, settingsOf } from './load-in.ts';

const FILE = 'lockstep.config.json';

function withDialect(mine: unknown) {
  return { files: { [FILE]: { dialect: 'mine', dialects: { mine } } } };
}

/** What is wrong with it: place below the dialect, and message. */
function faultsOf(mine: unknown): readonly string[] {
  return problemsOf(withDialect(mine)).map(
    ({ source, message }) => `${source.replace(`${FILE}: dialects.mine`, '')} ${message}`,
  );
}

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

  test('a custom one says only what differs from the one it extends', () => {
    const mine = {
      extends: 'reliable-ops',
      create: { path: '/items', statuses: { perhaps: [409] } },
      list: null,
    };
    expect(settingsOf(withDialect(mine)).dialect).toEqual({
      ...reliableOps,
      name: 'mine',
      create: {
        ...reliableOps.create,
        path: '/items',
        statuses: { applied: [201], perhaps: [409], unsure: [] },
      },
      list: null,
    });
  });

  test('P1: a proof is inherited, else words; none is said aloud', () => {
    const proofOf = (mine: unknown) => settingsOf(withDialect(mine)).dialect.proof;
    const { proof: _, ...members } = whole();
    expect(proofOf(members)).toBe('words');
    expect(proofOf({ extends: 'reliable-ops' })).toBe('key');
    expect(proofOf({ extends: 'reliable-ops', proof: 'none' })).toBe('none');
    expect(faultsOf({ extends: 'challenge', proof: 'any' })).toEqual([
      expect.stringMatching(/^\.proof .*key.*words.*none/),
    ]);
  });

  test('a custom one may be whole', () => {
    expect(settingsOf(withDialect(whole())).dialect).toEqual({ ...challenge, name: 'mine' });
  });

  test('what ships passes the check that custom ones pass', () => {
    for (const { name, ...members } of SHIPPED_DIALECTS) {
      expect(settingsOf(withDialect(members)).dialect).toEqual({ name: 'mine', ...members });
      expect(faultsOf({ name, ...members })).toEqual([
        '.name is not written here: a dialect is named by its key',
      ]);
    }
  });

  test('a custom one that is wrong is a problem even where it is not used', () => {
    const files = { [FILE]: { dialects: { spare: { extends: 'challenge', tokens: 1 } } } };
    expect(problemOf({ files }).source).toBe(`${FILE}: dialects.spare.tokens`);
  });

  test.each([
    [
      {},
      ' lacks tokens, tokenHeader, nodeHeader, create, delete, read, list, forbiddenCharacters; or it extends reliable-ops or challenge',
    ],
    [{ extends: 'http' }, '.extends is not one of reliable-ops, challenge'],
    [{ extends: 'challenge', creat: {} }, ' has an unknown key "creat" (did you mean "create"?)'],
    [
      { extends: 'challenge', delete: { statuses: { gon: [404] } } },
      '.delete.statuses has an unknown key "gon" (did you mean "gone"?)',
    ],
    [{ extends: 'challenge', read: { method: 'get' } }, '.read.method "get" is not GET'],
    [
      { extends: 'challenge', create: { path: 'group' } },
      '.create.path "group" does not begin with / or holds something else than printable ASCII',
    ],
    [
      { extends: 'challenge', create: { path: '/{id}' } },
      '.create.path "/{id}" holds braces other than {groupId}',
    ],
    [
      { extends: 'challenge', create: { path: '/a#b' } },
      '.create.path "/a#b" holds a fragment (#)',
    ],
    [
      { extends: 'challenge', read: { path: '/group/' } },
      '.read.path does not say which record it is about: {groupId} is missing',
    ],
    [
      { extends: 'challenge', delete: { sendsBody: false } },
      '.delete.path does not say which record it is about: {groupId} is missing',
    ],
    [
      { extends: 'challenge', read: { sendsBody: true } },
      '.read.sendsBody must be false: a GET has no body',
    ],
    [
      { extends: 'challenge', list: { path: '/group' } },
      '.list.path does not page: {after} is missing',
    ],
    [
      { extends: 'challenge', stats: { path: '/stats/{groupId}' } },
      '.stats.path "/stats/{groupId}" holds braces',
    ],
    [
      { extends: 'challenge', tokens: true },
      '.tokenHeader does not fit tokens: with tokens it is "timestamp", without it is null',
    ],
    [
      { extends: 'challenge', create: { statuses: { perhaps: [400, 201] } } },
      '.create.statuses gives 201 two meanings',
    ],
    [
      { extends: 'challenge', create: { statuses: { applied: [] } } },
      '.create.statuses.applied names no status',
    ],
  ])('%j is refused', (mine, fault) => {
    expect(faultsOf(mine)).toEqual([fault]);
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
      ['create', 'perhaps'],
      ['create', 'unsure'],
      ['delete', 'applied'],
      ['delete', 'gone'],
      ['delete', 'perhaps'],
      ['read', 'present'],
      ['read', 'absent'],
    );
    fc.assert(
      fc.property(doubtful, place, (status, [call = '', meaning = '']) => {
        const mine = { extends: 'challenge', [call]: { statuses: { [meaning]: [status] } } };
        const faults = faultsOf(mine);
        expect(faults[0]).toMatch(`.${call}.statuses.${meaning}[0] ${status} is not `);
      }),
    );
  });
});
