import { expect, test } from 'vitest';
import { readKey, refuseKey } from '../../src/door/api/idempotency-key.ts';

const head = (...values: readonly string[]) => ({
  target: '/v1/commands',
  rawHeaders: values.flatMap((value) => ['Idempotency-KEY', value]),
});

test.each([
  ['order-17', 'order-17'],
  ['"order 17"', 'order 17'],
  [String.raw`"a \"b\" \\ c"`, String.raw`a "b" \ c`],
  ['x'.repeat(200), 'x'.repeat(200)],
])('%s is an id', (value, key) => {
  expect(readKey(head(value))).toEqual({ ok: true, key });
});

test('without the header there is none', () => {
  expect(readKey(head())).toEqual({ ok: true, key: undefined });
});

test.each([
  ['', 'is no id of a command'],
  ['""', 'is no id of a command'],
  ['"open', 'is no id of a command'],
  ['a"b', 'is no id of a command'],
  ['a b', 'is no id of a command'],
  ['\u00e9', 'is no id of a command'],
  ['x'.repeat(201), 'is no id of a command'],
])('P10: %s is an error that names the header', (value, what) => {
  const read = readKey(head(value));
  expect(read.ok ? undefined : read.reply.error).toMatchObject({
    code: 'invalid_request',
    field: 'Idempotency-Key',
    message: `the header Idempotency-Key ${what}`,
  });
});

test('P10: two headers are an error, and so is one on a path that has no use for it', () => {
  const twice = readKey(head('a', 'a'));
  expect(twice.ok ? undefined : twice.reply.error.message).toContain('is given twice');
  expect(refuseKey(head('a'))?.reply.error.message).toContain('is for POST /v1/commands alone');
  expect(refuseKey(head())).toBeUndefined();
});
