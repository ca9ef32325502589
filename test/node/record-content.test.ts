/** Reads for a command with a record: is it the content that the command wants? */
import { describe, expect, test } from 'vitest';
import { Codec } from '../../src/node/dialect/codec.ts';
import { contentDigest, isOtherContent } from '../../src/node/dialect/content/record-content.ts';
import type { Body, Dialect, RecordContent } from '../../src/node/dialect/dialect.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';

function codecOf(content: RecordContent, more: Partial<Dialect> = {}, body?: Body): Codec {
  const json = { groupId: '{key}', data: '{record}' };
  const dialect: Dialect = {
    ...challenge,
    record: { key: '/groupId', type: 'text', content },
    create: { ...challenge.create, body: body ?? { json } },
    ...more,
  };
  return new Codec({ name: 'a', url: new URL('http://h/'), dialect, wallNow: Date.now });
}

const READ = { kind: 'read' } as const;
const DIGEST = 'of the record';
const subject = {
  groupId: 'k',
  id: 'c',
  record: '{"a":1.0,"b":{"c":[true]}}',
  digest: DIGEST,
};

describe('P1: a read record is compared with the record of the command', () => {
  test.each<[RecordContent, object, boolean]>([
    [null, { data: { other: 1 } }, false],
    ['/data', { data: { b: { c: [true] }, a: 1 }, addedByNode: 7 }, false],
    ['/data', { data: { b: { c: [true] }, a: 1, more: 1 } }, true],
    ['/data', { data: { a: 1 } }, true],
    ['/data', {}, true],
    [{ a: '/x/a' }, { x: { a: 1 }, data: 'any' }, false],
    [{ a: '/x/a' }, { x: { a: '1' } }, true],
    [{ a: '/x/a', absent: '/y' }, { x: { a: 1 }, y: 5 }, false],
    [{ a: '/x/a', b: '/b' }, { x: { a: 1 }, b: { c: [false] } }, true],
  ])('by %j, %j differs: %s', (content, shown, differs) => {
    const body = JSON.stringify({ groupId: 'k', ...shown });
    const reply = codecOf(content).read(READ, subject, {
      status: 200,
      body,
      retryAfter: undefined,
    });
    expect([reply.kind, reply.content !== DIGEST]).toEqual(['present', differs]);
  });

  test('as text: the very body that the create sends', () => {
    const present = [{ status: [200], proof: 'words' }] as const;
    const more = {
      record: { key: null, type: 'text', content: 'text' },
      read: { ...challenge.read, present },
    } as const;
    const codec = codecOf('text', more, { text: '{key}={record.a}' });
    const read = (body: string) =>
      codec.read(READ, subject, { status: 200, body, retryAfter: undefined }).content !== DIGEST;
    expect([read('k=1.0'), read('k=1'), read('k=1.0\n')]).toEqual([false, true, true]);
  });

  test('a command without a record takes any', () => {
    const body = '{"groupId":"k","data":5}';
    expect(
      codecOf('/data').read(READ, { groupId: 'k' }, { status: 200, body, retryAfter: undefined }),
    ).not.toHaveProperty('content');
  });
});

describe('the digest of the content, for an audit', () => {
  /** As the reader of responses gives it: `bytes` only where the text lacks some. */
  const digestOf = (content: RecordContent, bytes: Buffer, more: Partial<Dialect> = {}) => {
    const body = bytes.toString();
    const response = body.includes('\uFFFD') ? { body, bytes: bytes.toString('latin1') } : { body };
    const asked = { groupId: 'k', isAudit: true };
    const http = { status: 200, ...response, retryAfter: undefined };
    return codecOf(content, more).read(READ, asked, http).content;
  };
  const shownAs = (data: string) => Buffer.from(`{"groupId":"k","größe":${data}}`);
  const inLatin1 = (data: string) =>
    Buffer.concat([Buffer.from('{"groupId":"k","größe":'), Buffer.from(`${data}}`, 'latin1')]);

  test('is the same for every spelling of it', () => {
    const one = digestOf('/größe', shownAs('{"a":"é\uFFFD","b":1}'));
    expect(digestOf('/größe', shownAs('{"b":1.0, "a":"\\u00e9\\ufffd"}'))).toBe(one);
  });

  test.each<[RecordContent]>([['/größe'], [{ a: '/größe/a' }]])(
    'by %j differs for bytes that are not UTF-8 and differ',
    (content) => {
      const [one, other] = [inLatin1('{"a":"é"}'), inLatin1('{"a":"è"}')];
      expect(digestOf(content, one)).toBe(digestOf(content, inLatin1('{ "a": "é" }')));
      expect(digestOf(content, one)).not.toBe(digestOf(content, other));
    },
  );

  test('of a text differs for bytes that are not UTF-8 and differ', () => {
    const more = {
      record: { key: null, type: 'text', content: 'text' },
      read: { ...challenge.read, present: [{ status: [200], proof: 'words' }] },
    } as const;
    const digests = [[0xe9], [0xe8], [0xe9]].map((bytes) =>
      digestOf('text', Buffer.from(bytes), more),
    );
    expect(digests[0]).toBe(digests[2]);
    expect(digests[0]).not.toBe(digests[1]);
  });
});

test('no reply of a success shows the content of a record to people', () => {
  const codec = codecOf('/data');
  const body = '{"groupId":"k","data":{"password":"hush"}}';
  for (const request of [READ, { kind: 'create', token: '1.0' }, { kind: 'delete' }] as const) {
    for (const status of [200, 201, 202, 204]) {
      expect(
        codec.read(request, subject, { status, body, retryAfter: undefined }).detail,
      ).not.toContain('hush');
    }
  }
  expect(
    codec.read(READ, subject, { status: 500, body: 'disk full', retryAfter: undefined }).detail,
  ).toBe('500 disk full');
});

describe('P10: contents that a parser would make alike differ', () => {
  const digestOf = (shown: string, content: RecordContent) => contentDigest(shown, content, false);
  test.each<[RecordContent, string, string]>([
    ['', '{"n":9007199254740993}', '{"n":9007199254740992}'],
    ['/a', '{"a":[{"n":1e400}]}', '{"a":[{"n":null}]}'],
    [{ n: '/n' }, '{"n":0.10000000000000000555}', '{"n":0.1}'],
    ['', 'broken {', 'otherwise broken {'],
    [
      '',
      `{"a":1,"d":${'['.repeat(200)}${']'.repeat(200)}}`,
      `{"a":2,"d":${'['.repeat(200)}${']'.repeat(200)}}`,
    ],
  ])('by %j', (content, one, other) => {
    expect(digestOf(one, content)).not.toBe(digestOf(other, content));
    expect(digestOf(one, content)).toBe(digestOf(one, content));
  });

  test('a create with ensure does not take them for its record', () => {
    const sent = () => '';
    const isOther = (shown: string, record: string) => isOtherContent(shown, '', { record, sent });
    expect(isOther('{"n":9007199254740993}', '{"n":9007199254740992}')).toBe(true);
    expect(isOther('{"n":1e400}', '{"n":null}')).toBe(true);
    expect(isOther('{"n":1.2340000000000000000}', '{"n":1.234}')).toBe(false);
  });
});
