import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from '../../src/base/nearest.ts';

const NAMES = ['create', 'delete', 'status', 'stats', 'list', 'ping'];

test.each([
  ['craete', 'create'],
  ['Delete', 'delete'],
  ['stat', 'stats'],
  ['pong', 'ping'],
  ['lst', 'list'],
  ['pnig', 'ping'],
])('%s suggests %s', (typed, meant) => {
  expect(nearest(typed, NAMES)).toBe(meant);
});

test.each(['explode', '', 'x'.repeat(65), '__proto__'])('%j suggests nothing', (typed) => {
  expect(nearest(typed, NAMES)).toBeUndefined();
});

test('a known name is always nearest to itself', () => {
  fc.assert(fc.property(fc.constantFrom(...NAMES), (name) => nearest(name, NAMES) === name));
});
