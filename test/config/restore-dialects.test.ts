/** The settings of a dialect about restored records. */
import { describe, expect, test } from 'vitest';
import { faultsOf, withDialect } from './dialect-in.ts';
import { load } from './load-in.ts';

describe('delete.restore', () => {
  test.each<[object, string]>([
    [
      { extends: 'challenge', delete: { restore: { keep: ['a'], drop: ['b'] } } },
      '.delete.restore has both keep and drop: one is enough',
    ],
    [
      { extends: 'challenge', delete: { restore: { keep: [] } } },
      '.delete.restore.keep names no member',
    ],
    [
      {
        extends: 'challenge',
        record: { key: null },
        read: { present: { status: 200, header: { 'X-Node': '*' } } },
        delete: { restore: { drop: ['a'] } },
      },
      '.delete.restore maps members, but record.key is null: the record is a text',
    ],
  ])('P10: %j is a fault', (mine, fault) => {
    expect(faultsOf(mine)).toEqual([fault]);
  });

  test.each([
    'exact',
    'template',
    'none',
    { keep: ['groupId'] },
    { drop: ['etag'], set: { a: [1] } },
  ])('%j is taken', (restore) => {
    const loaded = load(withDialect({ extends: 'challenge', delete: { restore } }));
    expect(loaded.ok ? loaded.settings.dialect.delete.restore : loaded.problems).toEqual(
      typeof restore === 'string' ? restore : { keep: null, drop: null, set: {}, ...restore },
    );
  });
});
