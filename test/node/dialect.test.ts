import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../src/node/dialect/dialect.ts';
import { keyCheck } from '../../src/node/dialect/keys.ts';
import { compilePath } from '../../src/node/dialect/template.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { SHIPPED_DIALECTS } from '../../src/node/dialects/index.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import { listPath } from '../../src/node/list/list-page.ts';

function keyPath({ path }: { readonly path: string }, groupId: string): string {
  return compilePath(path, 'node01')(groupId, '');
}

describe('dialects', () => {
  test('paths are those of the contract', () => {
    expect(keyPath(reliableOps.create, '5')).toBe('/group');
    expect(keyPath(reliableOps.delete, '5')).toBe('/group');
    expect(keyPath(reliableOps.read, '5')).toBe('/group/5');
    expect(keyPath(challenge.create, '5')).toBe('/group/');
    expect(keyPath(challenge.delete, '5')).toBe('/group/');
    expect(keyPath(challenge.read, '5')).toBe('/group/5/');
    expect(
      listPath({ path: '/group?after={after}&limit={limit}' }, { after: 'a b', limit: 100 }),
    ).toBe('/group?after=a%20b&limit=100');
  });

  test.each([
    ['a.b', '/group/a.b'],
    ['50%', '/group/50%25'],
    ['a/b?c#d', '/group/a%2Fb%3Fc%23d'],
    ['😀', '/group/%F0%9F%98%80'],
    ['$&', '/group/%24%26'],
    ['{key}', '/group/%7Bkey%7D'],
  ])('the key %s is read at %s', (groupId, path) => {
    expect(keyPath(reliableOps.read, groupId)).toBe(path);
  });

  test('every key has a path of its own, which is one segment and decodes to the key', () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(key, (groupId) => {
        const path = keyPath(reliableOps.read, groupId);
        const segment = path.slice('/group/'.length);
        expect(segment).toMatch(/^[!-~]+$/);
        expect(segment).not.toMatch(/[/?#]/);
        expect(decodeURIComponent(segment)).toBe(groupId);
      }),
    );
  });

  test('a list is asked for after any key, and no key can change the rest of the request', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1 }), (after, limit) => {
        fc.pre(after.isWellFormed());
        const path = listPath({ path: '/group?after={after}&limit={limit}' }, { after, limit });
        const { searchParams } = new URL(path, 'http://host');
        expect([...searchParams.keys()]).toEqual(['after', 'limit']);
        expect(searchParams.get('after')).toBe(after);
      }),
    );
  });

  test('keys with a slash are none that the nodes of a shipped dialect can route', () => {
    for (const dialect of SHIPPED_DIALECTS) {
      expect(keyCheck(dialect)('a/b')).toContain('holds "/", which nodes of the');
      expect(keyCheck(dialect)('a-b')).toBeUndefined();
    }
  });

  test('legal keys are defined by a pattern, bytes, characters, or as numbers', () => {
    const faultOf = (keys: Partial<Dialect['keys']>, key: string) =>
      keyCheck({ ...challenge, keys: { ...challenge.keys, forbidden: '', ...keys } })(key);
    expect(faultOf({}, 'a/b')).toBeUndefined();
    expect(faultOf({ forbidden: '?😀' }, 'a😀')).toContain('holds "😀"');
    expect(faultOf({ pattern: '[a-z]+\\.' }, 'example.')).toBeUndefined();
    expect(faultOf({ pattern: '[a-z]+\\.' }, 'Xexample.')).toContain('does not match [a-z]+\\.');
    expect(faultOf({ bytesMax: 4 }, 'öö')).toBeUndefined();
    expect(faultOf({ bytesMax: 4 }, 'ööö')).toContain('is longer than 4 bytes');
    const numeric = keyCheck({ ...challenge, record: { key: '/id', type: 'number' } });
    for (const key of ['0', '7', '999999999999999']) expect(numeric(key)).toBeUndefined();
    for (const key of ['', '07', '-1', '1.5', '1e3', '9999999999999999', 'a']) {
      expect(numeric(key)).toContain('is not a number');
    }
  });

  test('they survive JSON and structured cloning, so worker threads get them as they are', () => {
    for (const dialect of SHIPPED_DIALECTS) {
      expect(JSON.parse(JSON.stringify(dialect))).toEqual(dialect);
      expect(structuredClone(dialect)).toEqual(dialect);
    }
  });
});
