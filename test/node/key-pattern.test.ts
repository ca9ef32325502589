import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileKeyPattern } from '../../src/node/dialect/key-pattern.ts';

const ATOMS =
  'a b . [ab] [^a] \\d \\w \\. [\\-] [a-c\\]] \\p{L} \\u{1F600} 😀 \\x61 ^ $ \\u0062 [\\s\\S]';
const atom = fc.constantFrom('', ...ATOMS.split(' '));
const sign = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', '{2,3}?');
const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom.chain((one) => (/^[$^]?$/.test(one) ? fc.constant(one) : sign.map((end) => one + end))),
    fc
      .tuple(tie('pattern'), sign, fc.constantFrom('(', '(?:'))
      .map(([inner, end, begin]) => `${begin}${inner})${end}`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `(${left}|${right})`),
  ),
  pattern: fc.array(tie('piece'), { maxLength: 3 }).map((pieces) => pieces.join('')),
}));
const key = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', ']', '1', '.', '-', '😀', 'ü'),
  maxLength: 7,
});

describe('the pattern of keys', () => {
  test('matches what RegExp matches', () => {
    let matched = 0;
    fc.assert(
      fc.property(pattern, fc.array(key, { minLength: 1, maxLength: 8 }), (one, keys) => {
        const expression = new RegExp(`^(?:${one})$`, 'u');
        const isMatch = compileKeyPattern(one);
        for (const text of keys) {
          expect([text, isMatch(text)]).toEqual([text, expression.test(text)]);
          if (isMatch(text)) matched++;
        }
      }),
      { numRuns: 1500 },
    );
    expect(matched).toBeGreaterThan(200);
  });

  test.each([
    ['[a-z0-9._-]+\\.', 'example.org.', 'example.org'],
    ['^(?:[a-z0-9-]{1,63}\\.)+$', 'a.b-c.', 'a..b.'],
    ['^a$|^b$', 'b', 'ab'],
    ['x{3}', 'xxx', 'xx'],
    ['(?:)', '', 'a'],
  ])('%s takes %j and refuses %j', (one, good, bad) => {
    expect([good, bad].map((text) => compileKeyPattern(one)(text))).toEqual([true, false]);
  });

  test.each(['(a+)+b', '(a|a)*b', '(a|aa)+b', 'a*a*a*a*a*a*b', '(?:a?){40}a{40}b', '(.*)*x'])(
    'P9: %s takes no longer for a key that was made for it',
    (one) => {
      const isMatch = compileKeyPattern(one);
      const began = performance.now();
      for (let count = 0; count < 20; count++) expect(isMatch('a'.repeat(256))).toBe(false);
      expect(performance.now() - began).toBeLessThan(2000);
    },
  );

  test.each([
    ['(?=a)b', '(?='],
    ['(?!a)b', '(?!'],
    ['(?<=a)b', '(?<='],
    ['(a)\\1', '\\1'],
    ['(', 'missing closing )'],
    ['[', 'missing closing ]'],
    ['*', 'missing argument'],
    ['a{1001}', '{1001}'],
    ['(?:(?:a{63}){63}){63}', 'repeat'],
  ])('P9, P10: %s is refused, and the reason is named', (one, reason) => {
    expect(() => compileKeyPattern(one)).toThrow(SyntaxError);
    expect(() => compileKeyPattern(one)).toThrow(reason);
  });
});
