/** What a deleted record is made of again: from the read that showed it to the request that restores it. */
import { expect, test } from 'vitest';
import { Codec } from '../../src/node/dialect/codec.ts';
import type { Dialect, Restore } from '../../src/node/dialect/dialect.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';

const URL_OF_NODE = new URL('http://h/b');

function codecOf(restore: Restore, key: string | null = '/id', more: Partial<Dialect> = {}): Codec {
  const dialect = {
    ...challenge,
    ...more,
    record: { key, type: 'text' },
    read: { ...challenge.read, present: [{ status: [200] }] },
    delete: { ...challenge.delete, restore },
  } as const;
  return new Codec({ name: 'east', url: URL_OF_NODE, dialect, wallNow: () => 0 });
}

/** The read of a node, and the body of the create that would make its record again. */
function roundTrip(codec: Codec, bytes: Buffer) {
  const body = bytes.toString('utf8');
  const shown = { status: 200, retryAfter: undefined, body, bytes: bytes.toString('latin1') };
  const { kind, detail: _, ...found } = codec.read({ kind: 'read' }, { groupId: 'k' }, shown);
  expect(kind).toBe('present');
  const { body: restored = '', encoding } = found;
  const create = { kind: 'create', token: '1.5', body: restored } as const;
  const request = codec.write(encoding === undefined ? create : { ...create, encoding }, {
    groupId: 'k',
  });
  const sent = Buffer.from(request as string);
  return { found, sent: sent.subarray(sent.indexOf('\r\n\r\n') + 4) };
}

test.each([
  ['white space around it', '  {"id":"k", "n": 1.0}\n'],
  ['numbers that a double loses', '{"id":"k","n":12345678901234567890}'],
])('P1: exact sends the bytes as they were read: %s', (_what, text) => {
  const { found, sent } = roundTrip(codecOf('exact'), Buffer.from(text));
  expect(sent.toString()).toBe(text);
  expect(found).toEqual({ body: text });
});

test('P1: exact keeps bytes that are not UTF-8, as base64', () => {
  const bytes = Buffer.from([0x00, 0xff, 0xfe, 0x0d, 0x0a, 0x80]);
  const { found, sent } = roundTrip(codecOf('exact', null), bytes);
  expect(sent).toEqual(bytes);
  expect(found).toMatchObject({ encoding: 'base64' });
});

test('P1: the character U+FFFD is text like any other', () => {
  const bytes = Buffer.from('a \uFFFD b');
  const { found, sent } = roundTrip(codecOf('exact', null), bytes);
  expect(sent).toEqual(bytes);
  expect(found).toEqual({ body: 'a \uFFFD b' });
});

const SHOWN = '{"id":"k","name":"n","serial":12345678901234567890,"etag":"e"}';

test.each<[string, Restore, { readonly body: string; readonly dropped: readonly string[] }]>([
  [
    'keep',
    { keep: ['id', 'serial'], drop: null, set: {} },
    { body: '{"id":"k","serial":12345678901234567890}', dropped: ['name', 'etag'] },
  ],
  [
    'drop and set',
    { keep: null, drop: ['etag', 'serial'], set: { state: 'on' } },
    { body: '{"id":"k","name":"n","state":"on"}', dropped: ['serial', 'etag'] },
  ],
])(
  'P1: a mapping sends what it says, and names what it drops: %s',
  (_what, restore, { body, dropped }) => {
    const { found, sent } = roundTrip(codecOf(restore), Buffer.from(SHOWN));
    expect(sent.toString()).toBe(body);
    expect(found).toEqual({ body, dropped });
  },
);

test('P1: a template names what stands beside the key in its wrapper, too', () => {
  const text = '{"data":{"id":"k","name":"Ann","created_at":"2026"},"links":[]}';
  const { found } = roundTrip(codecOf('template', '/data/id'), Buffer.from(text));
  expect(found.dropped).toEqual(['data/name', 'data/created_at', 'links']);
});

test('P1: a template names all but the key as dropped, and more than 16 as a number', () => {
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`m${index}`, index]));
  const text = JSON.stringify({ id: 'k', ...many });
  const { found } = roundTrip(codecOf('template'), Buffer.from(text));
  expect(found.dropped).toHaveLength(17);
  expect(found.dropped?.at(-1)).toBe('and 4 more');
});

/** A JSON record of a node that writes ISO 8859-1. */
const LATIN1 = Buffer.from('{"id":"k","name":"Z\xfcrich \\u20ac","etag":"\xe9"}', 'latin1');

test('P1: exact keeps the bytes of JSON that is not UTF-8', () => {
  const { found, sent } = roundTrip(codecOf('exact'), LATIN1);
  expect(sent).toEqual(LATIN1);
  expect(found).toMatchObject({ encoding: 'base64' });
});

test('P1: a mapping leaves the bytes of what it keeps as they are, whatever it sets', () => {
  const restore = { keep: null, drop: ['etag'], set: { state: 'Zürich' } };
  const { found, sent } = roundTrip(codecOf(restore), LATIN1);
  expect(sent.toString('latin1')).toBe(
    '{"id":"k","name":"Z\xfcrich \\u20ac","state":"Z\\u00fcrich"}',
  );
  expect(found.dropped).toEqual(['etag']);
});

test('P1: exact takes the owner mark out, and no byte besides', () => {
  const codec = codecOf('exact', '/id', { mark: { header: 'timestamp', member: 'timestamp' } });
  const bytes = Buffer.from('{"id":"k", "timestamp":1.5, "name":"\xfc","n":1.0}', 'latin1');
  const { found, sent } = roundTrip(codec, bytes);
  expect(sent.toString('latin1')).toContain('{"id":"k","name":"\xfc","n":1.0}');
  expect(found).toMatchObject({ token: '1.5', encoding: 'base64' });
});

test.each([
  ['__proto__', '{"id":"k","__proto__":{"a":1},"etag":1}', '{"id":"k","__proto__":{"a":1}}'],
  ['a member twice: the last', '{"id":"x","n":1,"id":"k","etag":1}', '{"id":"k","n":1}'],
  ['names with escapes', '{"id":"k","\\u0065tag":1,"a\\"b":2}', '{"id":"k","a\\"b":2}'],
  ['a lone surrogate', '{"id":"k","n":"\\ud800"}', '{"id":"k","n":"\\ud800"}'],
  ['values with space', '{"id":"k","n": [1, {"etag": 2}] }', '{"id":"k","n": [1, {"etag": 2}]}'],
])('P1: a mapping keeps what stands in JSON however it is written: %s', (_what, text, body) => {
  const { sent } = roundTrip(codecOf({ keep: null, drop: ['etag'], set: {} }), Buffer.from(text));
  expect(sent.toString()).toBe(body);
});
