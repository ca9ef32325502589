/** Reads for a command with a record: is it the content that the command wants? */
import { describe, expect, test } from 'vitest';
import { Codec } from '../../src/node/dialect/codec.ts';
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
const subject = { groupId: 'k', id: 'c', record: '{"a":1.0,"b":{"c":[true]}}' };

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
    expect([reply.kind, reply.differs ?? false]).toEqual(['present', differs]);
  });

  test('as text: the very body that the create sends', () => {
    const present = [{ status: [200], proof: 'words' }] as const;
    const more = {
      record: { key: null, type: 'text', content: 'text' },
      read: { ...challenge.read, present },
    } as const;
    const codec = codecOf('text', more, { text: '{key}={record.a}' });
    const read = (body: string) =>
      codec.read(READ, subject, { status: 200, body, retryAfter: undefined }).differs ?? false;
    expect([read('k=1.0'), read('k=1'), read('k=1.0\n')]).toEqual([false, true, true]);
  });

  test('a command without a record takes any', () => {
    const body = '{"groupId":"k","data":5}';
    expect(
      codecOf('/data').read(READ, { groupId: 'k' }, { status: 200, body, retryAfter: undefined }),
    ).not.toHaveProperty('differs');
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
