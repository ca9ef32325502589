/** Placeholders in paths, headers and bodies: their values and spelling. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Codec } from '../../src/node/dialect/codec.ts';
import { recordCheck } from '../../src/node/dialect/content/record-place.ts';
import type { Dialect, Json } from '../../src/node/dialect/dialect.ts';
import { compileBody, compileHeader, compilePath } from '../../src/node/dialect/template.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';

const text = fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed());

describe('templates', () => {
  test('P1: any key and any id stand in JSON as themselves, alone and within a text', () => {
    const json = {
      a: '{key}',
      b: ['x {key} {node} {id}', { '{key}': 1 }],
      c: '{id}',
      d: 7,
      e: null,
    };
    const body = compileBody({ json }, 'ea"st');
    fc.assert(
      fc.property(text, text, (key, id) => {
        expect(JSON.parse(body(key, id))).toEqual({
          a: key,
          b: [`x ${key} ea"st ${id}`, { [key]: 1 }],
          c: id,
          d: 7,
          e: null,
        });
      }),
    );
  });

  test('a number is one', () => {
    const body = compileBody({ json: { id: '{key:number}', name: 'n{key}' } }, 'a');
    expect(body('42', '')).toBe('{"id":42,"name":"n42"}');
  });

  test('a body without a place is always the same; text is as it is', () => {
    expect(compileBody({ json: {} }, 'a')('k', 'i')).toBe('{}');
    expect(compileBody({ text: '<a>{key}</a>\n{b}' }, 'a')('k&', 'i')).toBe('<a>k&</a>\n{b}');
  });

  test('P1: nothing that stands in a header or a path can end it', () => {
    fc.assert(
      fc.property(text, text, (key, id) => {
        expect(compileHeader('a {key}/{id}/{node}', 'n')(key, id)).toMatch(/^a [!-~]*\/n$/);
        expect(compilePath('/x/{key}?y={key}', 'n')(key, id)).toMatch(
          /^\/x\/[^/?#\s]*\?y=[^/?#&\s]*$/,
        );
      }),
    );
    expect(compileHeader('{id}', 'n')('', '0199-abc/d')).toBe('0199-abc/d');
    expect(compileHeader('{id}', 'n')('', 'a\r\nb: c')).toBe('a%0D%0Ab%3A%20c');
  });
});

describe('records in a body', () => {
  const record = '{ "a":1.50, "b" : "x\\ny", "c":{"d":[1, 2]} }';

  test('a place within JSON gives way to the text as it came', () => {
    const json = { name: '{key}', all: '{record}', part: ['{record.a}', '{record.c}'] };
    expect(compileBody({ json }, 'n')('k', '', record)).toBe(
      `{"name":"k","all":${record},"part":[1.50,{"d":[1, 2]}]}`,
    );
    expect(compileBody({ json: '{record}' }, 'n')('k', '', record)).toBe(record);
  });

  test('within text a string stands without its quotes', () => {
    const body = compileBody({ text: '{record.b}|{record.a}|{record.c}|{key}' }, 'n');
    expect(body('k', '', record)).toBe('x\ny|1.50|{"d":[1, 2]}|k');
  });

  test('any record stands in JSON as itself', () => {
    const body = compileBody({ json: { '{key}': ['{record}', '{record.x}'] } }, 'n');
    fc.assert(
      fc.property(fc.record({ x: fc.jsonValue(), '"}{record.x}': fc.jsonValue() }), (any) => {
        const plain: unknown = JSON.parse(JSON.stringify(any));
        const { x } = plain as { x: unknown };
        expect(JSON.parse(body('k', '', JSON.stringify(plain, null, 2)))).toEqual({
          k: [plain, x],
        });
      }),
    );
  });
});

describe('P10: a record that the template cannot place has a reason that names the field', () => {
  const check = (json: Json | null) =>
    recordCheck({
      name: 'mine',
      create: { ...challenge.create, body: json === null ? null : { json } },
    });

  test.each([
    [null, '{}', 'record', 'record has no place in create.body of the mine dialect'],
    [{ a: 1 }, '{}', 'record', 'record has no place in create.body of the mine dialect'],
    ['{record}', undefined, 'record', 'record is missing: a create of the mine dialect sends one'],
    [
      ['{record.a}'],
      '{"b":1}',
      'record.a',
      'record.a is missing: a create of the mine dialect sends it',
    ],
    [
      ['{record.a}'],
      '{"a":1,"b":1}',
      'record.b',
      'record.b has no place in create.body of the mine dialect, and would be lost',
    ],
  ] as const)('%j, %s', (json, record, ...[field, message]) => {
    expect(check(json)(record)).toEqual({ field, message });
  });

  test('and others have none', () => {
    expect(check({ a: 1 })(undefined)).toBeUndefined();
    expect(check('{record}')('{"any":1}')).toBeUndefined();
    expect(check(['{record}', '{record.a}'])('{"a":1,"b":1}')).toBeUndefined();
    expect(check(['{record.a}', '{record.b}'])('{"a":1,"b":1}')).toBeUndefined();
  });
});

describe('a request of a dialect of one’s own', () => {
  const dialect: Dialect = {
    ...challenge,
    headers: { Accept: 'application/json', 'X-Request-Id': '{id}' },
    create: {
      ...challenge.create,
      method: 'PUT',
      path: '/things/{key}',
      headers: { 'If-None-Match': '*', accept: 'text/plain' },
      body: { text: 'thing {key}' },
      contentType: 'text/plain',
    },
    delete: { ...challenge.delete, path: '/things/{key}?really=1', body: null, restore: 'exact' },
  };
  const wording = new Codec({
    name: 'a',
    url: new URL('http://h/b/'),
    dialect,
    wallNow: Date.now,
  });
  const subject = { groupId: 'k/1', id: 'c1' };

  test('has the headers of the dialect, those of the call over them, and its body', () => {
    expect(String(wording.write({ kind: 'create', token: '1.5' }, subject))).toBe(
      [
        'PUT /b/things/k%2F1 HTTP/1.1',
        'host: h',
        'connection: keep-alive',
        'accept: text/plain',
        'if-none-match: *',
        'x-request-id: c1',
        'content-type: text/plain',
        'content-length: 9',
        '',
        'thing k/1',
      ].join('\r\n'),
    );
    expect(String(wording.write({ kind: 'delete' }, subject)).split('\r\n')).toEqual([
      'DELETE /b/things/k%2F1?really=1 HTTP/1.1',
      'host: h',
      'connection: keep-alive',
      'accept: application/json',
      'x-request-id: c1',
      '',
      '',
    ]);
  });

  test('what a read showed is sent again as it was, or made of the key, as the dialect says', () => {
    const body = ' as it was\n';
    const request = { kind: 'create', token: '1.5', body } as const;
    expect(wording.write(request, subject)).toMatch(/\r\n\r\n as it was\n$/);
    const anew: Dialect = { ...dialect, delete: { ...dialect.delete, restore: 'template' } };
    const other = new Codec({
      name: 'a',
      url: new URL('http://h'),
      dialect: anew,
      wallNow: Date.now,
    });
    expect(other.write(request, subject)).toMatch(/\r\n\r\nthing k\/1$/);
  });
});
