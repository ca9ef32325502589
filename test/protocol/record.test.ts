/** The record of a create: judged, and kept as it was written. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommand, parseRequest } from '../../src/protocol/parse-request.ts';
import { canonicalJson } from '../../src/protocol/record/record.ts';

const read = (frame: string) => parseRequest(Buffer.from(frame));
const create = (record: string) => `{"op":"create","groupId":"5","record":${record}}`;

function recordOf(record: string) {
  const parsed = read(create(record));
  if (!parsed.ok || parsed.request.op !== 'create') throw new Error(JSON.stringify(parsed));
  return parsed.request.record;
}

describe('P10: a record that cannot be kept without a loss is rejected with its path', () => {
  test.each([
    ['record', '5', 'record must be a JSON object'],
    ['record', 'null', 'record must be a JSON object'],
    ['record', '[{}]', 'record must be a JSON object'],
    ['record.a.b', '{"a":{"b":12345678901234567890}}', 'double'],
    ['record.a.1', '{"a":[1,1e400]}', 'double'],
    ['record.a', '{"x":"\\",a","a":0.12345678901234567890123}', 'double'],
    ['record.a', '{"a":"\\ud800"}', 'record.a holds a lone surrogate'],
    ['record', '{"\\udc00":1}', 'record holds a lone surrogate'],
    [
      `record${'.0'.repeat(32)}`.replace('.0', '.a'),
      `{"a":${'['.repeat(32)}${']'.repeat(32)}}`,
      'deeper than 32',
    ],
  ])('%s in %s', (field, record, message) => {
    const reply = {
      error: { code: 'invalid_request', field, message: expect.stringContaining(message) },
    };
    expect(read(create(record))).toMatchObject({ ok: false, reply });
  });

  test('P9: a long number takes no longer than any text of its length', () => {
    const startedAt = performance.now();
    const parsed = read(create(`{"a":1.${'0'.repeat(256 * 1024)}1}`));
    expect(parsed).toMatchObject({ reply: { error: { field: 'record.a' } } });
    // With a loop in the loop, 40 s.
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  test('a delete takes none', () => {
    const error = { code: 'invalid_request', field: 'record' };
    expect(read('{"op":"delete","groupId":"5","record":{}}')).toMatchObject({ reply: { error } });
  });

  test('in a batch, each command is judged alone', () => {
    const parsed = read(
      `{"op":"batch","commands":[${create('{"a":1}')},${create('{"a":1e400}')}]}`,
    );
    if (!parsed.ok || parsed.request.op !== 'batch') throw new Error('not a batch');
    const [first, second] = parsed.request.commands.map(parseCommand);
    expect(first).toMatchObject({ ok: true, request: { record: { text: '{"a":1}' } } });
    expect(second).toMatchObject({ ok: false, reply: { error: { field: 'commands.1.record.a' } } });
  });
});

describe('a record is kept as it was written', () => {
  test.each([
    '{}',
    '{ "b" : 1.50, "a":\t[1e2, -0, true, null, "\\u00e9\\"}" ] }',
    `{"a":${'['.repeat(31)}${']'.repeat(31)}}`,
  ])('%s', (text) => {
    expect(recordOf(text)?.text).toBe(text);
  });

  test('the record is found behind any other member, whatever its texts hold', () => {
    const any = fc.record({ record: fc.constant({ a: 1 }), x: fc.string(), '"{': fc.jsonValue() });
    fc.assert(
      fc.property(any, fc.nat(3), (object, indent) => {
        const plain = JSON.parse(JSON.stringify(object)) as Record<string, unknown>;
        const inner = JSON.stringify(plain, null, indent);
        const frame = `{"id":"\\u007d\\",","record" : ${inner} ,"op":"create","groupId":"5"}`;
        const parsed = read(frame);
        if (!parsed.ok) return;
        expect(parsed.request).toMatchObject({ record: { text: inner } });
      }),
    );
  });
});

describe('P7: records are compared in the canonical form of RFC 8785', () => {
  test('the example of RFC 8785', () => {
    const value = {
      numbers: JSON.parse('[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]'),
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\u002f',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('members stand in the order of their UTF-16 units', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6 };
    const names = Object.keys(JSON.parse(canonicalJson(value)) as object);
    expect([...names.slice(1), names[0]]).toEqual([
      '\r',
      '\u0080',
      '\u20ac',
      '\ud83d\ude00',
      '\ufb33',
      '1',
    ]);
  });

  test('another spelling has the same digest, another value has not', () => {
    const digest = recordOf('{"a":1,"b":"é"}')?.digest;
    expect(digest).toBe(createHash('sha256').update('{"a":1,"b":"é"}').digest('hex'));
    expect(recordOf('{ "b":"\\u00e9", "a":1.0e0 }')?.digest).toBe(digest);
    expect(recordOf('{"a":"1","b":"é"}')?.digest).not.toBe(digest);
    expect(recordOf('{"a":1}')?.digest).not.toBe(digest);
  });
});
