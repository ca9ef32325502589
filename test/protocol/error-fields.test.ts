/** The fields of caught values (src/base/error-fields.ts). */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codeOf, messageOf, syscallOf } from '../../src/base/error-fields.ts';

function caught(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

test('the fields of an error of the system', () => {
  const error = caught(() => readFileSync('/there/is/no/such/file'));
  expect([codeOf(error), syscallOf(error)]).toEqual(['ENOENT', 'open']);
  expect(messageOf(error)).toContain('/there/is/no/such/file');
});

test.each([undefined, null, 'gone', 7, { code: 7 }, new TypeError('no code')])(
  'P10: %j, thrown in place of an error, has no code, and a text all the same',
  (thrown) => {
    expect([codeOf(thrown), syscallOf(thrown)]).toEqual([undefined, undefined]);
    expect(typeof messageOf(thrown)).toBe('string');
  },
);
