import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repeatedMember } from '../../src/protocol/frame/repeated-member.ts';
import { parseRequest } from '../../src/protocol/parse-request.ts';

const create = (fields: string) => `{"op":"create",${fields}}`;
const told = (frame: string) => parseRequest(Buffer.from(frame));

describe('P10: a field that is given twice is refused', () => {
  test.each([
    ['op', '{"op":"ping","op":"status"}'],
    ['groupId', create('"groupId":"5","groupId":"5"')],
    ['groupId', create('"groupId":"5","group\\u0049d":"6"')],
    ['id', create('"groupId":"a:b","id":"1","id":"2"')],
    ['record.a.b', create('"groupId":"5","record":{"a":{"b":1,"c":":","\\u0062":1}}')],
    [
      'commands.0.ensure',
      `{"op":"batch","commands":[${create('"ensure":true,"groupId":"6","ensure":true')}]}`,
    ],
    ['__proto__', '{"__proto__":1,"__proto__":2}'],
  ])('%s, in %s', (field, frame) => {
    const message = `"${field.split('.').at(-1)}" is given twice`;
    const error = { code: 'invalid_request', field, message };
    expect(told(frame)).toMatchObject({ ok: false, reply: { error } });
  });

  test('the error carries the id of the command, unless there are two', () => {
    const twice = told(create('"id":"mine","groupId":"5","groupId":"6"'));
    expect(twice).toMatchObject({ ok: false, reply: { id: 'mine' } });
    const two = told(create('"id":"mine","id":"yours","groupId":"5"'));
    expect(two).toEqual({ ok: false, reply: { error: expect.objectContaining({ field: 'id' }) } });
  });
});

const text = fc.string({ unit: fc.constantFrom('a', ':', '{', '}', '"', '\\', ',') });
const value = fc.jsonValue({ stringUnit: fc.constantFrom('a', ':', '{', '}', '"', '\\') });
const parsed = (json: string) => repeatedMember(json, JSON.parse(json));

test('no JSON that JSON.stringify writes names a member twice, whatever its texts hold', () => {
  fc.assert(
    fc.property(value, (any) => {
      expect(parsed(JSON.stringify(any, null, 1))).toBeUndefined();
    }),
  );
});

test('the second of two members is found, at any depth and behind any texts', () => {
  const values = fc.tuple(value, value, value);
  fc.assert(
    fc.property(text, values, (name, [before, one, two]) => {
      const member = (of: unknown) => `${JSON.stringify(name)} : ${JSON.stringify(of)}`;
      const twice = `{${member(one)},${member(two)}}`;
      expect(parsed(`[${JSON.stringify(before)},{"in":${twice}}]`)).toEqual([1, 'in', name]);
    }),
  );
});
