import { describe, expect, test } from 'vitest';
import { statsOf } from '../../src/executor/count.ts';

describe('what the counts of all nodes come to', () => {
  test('one that cannot be counted: unknown, and why', () => {
    expect(statsOf({ a: { count: 2, digest: 'x' }, b: { error: 'timeout' } })).toEqual({
      consistent: null,
      nodes: { a: { count: 2 }, b: { error: 'timeout' } },
    });
  });

  test('the word of one node about all is enough, whatever the others say', () => {
    const own = { consistent: false, counts: { a: 2, b: 3 } };
    const counts = { a: { error: '500' }, b: { own } };
    expect(statsOf(counts)).toEqual({
      consistent: false,
      nodes: { a: { count: 2 }, b: { count: 3 } },
      reported: true,
    });
  });

  test.each([
    ['fewer', { a: 2 }, 'a'],
    ['more', { a: 2, b: 2, c: 2 }, 'a, b, c'],
    ['others', { a: 2, toString: 2 }, 'a, toString'],
    ['none', {}, 'no node'],
  ])('a word about %s nodes than these says nothing of them', (_, counts, names) => {
    const own = { consistent: true, counts };
    const error = `it lists no keys, and its own stats name ${names}`;
    expect(statsOf({ a: { own }, b: { own } })).toEqual({
      consistent: null,
      nodes: { a: { error }, b: { error } },
    });
  });
});
