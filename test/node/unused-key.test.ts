/** The key of reads that must find no record: trials of a node, and `lockstep doctor`. */
import { expect, test } from 'vitest';
import type { Dialect } from '../../src/node/dialect/dialect.ts';
import { keyCheck } from '../../src/node/dialect/keys.ts';
import { unusedKey } from '../../src/node/dialect/unused-key.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';

test.each<[string, Partial<Dialect>]>([
  ['any text', {}],
  [
    'names with a final dot',
    { keys: { pattern: '(?:[a-z0-9_-]{1,63}\\.)+', bytesMax: 254, forbidden: '/', fold: null } },
  ],
  [
    'letters and digits',
    { keys: { pattern: '[a-z0-9]+', bytesMax: 40, forbidden: '', fold: null } },
  ],
  ['numbers', { record: { key: '/id', type: 'number' } }],
])('P9: it is one that nodes can have whose keys are %s', (_, change) => {
  const dialect = { ...reliableOps, ...change };
  const [first, second] = [unusedKey(dialect), unusedKey(dialect)];
  expect(keyCheck(dialect)(first)).toBeUndefined();
  expect(first).not.toBe(second);
});
