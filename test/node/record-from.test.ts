/** The record that makes what a read shows. */
import { expect, test } from 'vitest';
import { recordFrom } from '../../src/node/dialect/content/record-from.ts';

test('a record keeps the text that the node shows, wherever the dialect says that it is', () => {
  expect(recordFrom(' { "n": 1.50 }\n', 'text')).toBe(' { "n": 1.50 }\n');
  expect(recordFrom('{"a":[0, {"b/c":{ "n" : 1.50 }}]}', '/a/1/b~1c')).toBe('{ "n" : 1.50 }');
  const shown = '{"id":1,"mail":"a\\u0040b","groups":[ 1,2 ]}';
  const content = { email: '/mail', all: '/groups', none: '/none' };
  expect(recordFrom(shown, content)).toBe('{"email":"a\\u0040b","all":[ 1,2 ]}');
  expect(recordFrom('  {"n":1}', '')).toBe('{"n":1}');
});

test.each([
  ['presence alone counts', '{"n":1}', null],
  ['there is nothing', '{"n":1}', '/content'],
  ['it is no object', '{"content":[1]}', '/content'],
  ['it is a text', 'plain', 'text'],
  ['it is no JSON', '<html>', '/content'],
  ['a number loses digits', '{"content":{"n":12345678901234567890123}}', '/content'],
  ['a member stands twice', '{"content":{"n":1,"n":2}}', '/content'],
  ['a name is no index', '{"content":[{"n":1}]}', '/content/x'],
  ['the way goes through a text', '{"content":"{}"}', '/content/0'],
])('there is none where %s', (_why, shown, content) => {
  expect(recordFrom(shown, content)).toBeUndefined();
});
