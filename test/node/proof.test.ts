/** The proof that the node itself answered, and no proxy. */
import { describe, expect, test } from 'vitest';
import type { NodeRequest } from '../../src/core/model.ts';
import type { Dialect } from '../../src/node/dialect/dialect.ts';
import { type HttpReply, readReply } from '../../src/node/dialect/read-reply.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { SHIPPED_DIALECTS } from '../../src/node/dialects/index.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const RECORD = '{"groupId": "5"}';
const NOT_FOUND = `{"message": "No group record found with id '5'", "status": 404}`;

function answer(
  kind: NodeRequest['kind'],
  http: Partial<HttpReply>,
  dialect: Dialect = reliableOps,
) {
  return readReply(dialect, { kind, groupId: '5' }, { status: 200, body: '', at: NOON, ...http });
}

describe('P1: the answer of a proxy in the place of a node is no proof', () => {
  const UNPROVEN = "404 without the node's proof";
  const NEITHER = [
    '',
    ' \n',
    '<html>Not Found</html>',
    '\n<?xml version="1.0"?>',
    '\uFFFD',
    'a\u0000',
  ];
  const NO_KEY = [
    'default backend - 404',
    '{"message": "no Route matched with those values"}',
    '{"message": "Not found", "status": 404}',
    `{"message": "No group record found with id '6'", "status": 404}`,
    '{"message": "No group record found with id 5", "status": 404}',
    `{"message": "No group record found with id '5'"}`,
    `{"message": "No group record found with id '5'", "status": "404"}`,
    `{"message": "No group record found with id '5'", "status": 403}`,
    `{"message": ["'5'"], "status": 404}`,
    `[{"message": "'5'", "status": 404}]`,
    `{"message": "No group record found with id '5'", "status": 404`,
    `No group record found with id '5'`,
    RECORD,
  ];
  /** The API has no better proof: any 404 is accepted, and an empty success. */
  const unproven = (base: Dialect = challenge): Dialect => ({
    ...base,
    create: { ...base.create, applied: [{ status: [201], proof: 'none' }] },
    delete: {
      ...base.delete,
      applied: [{ status: [200, 204], proof: 'none' }],
      gone: base.delete.gone.map(({ status }) => ({ status, proof: 'none' })),
    },
    read: { ...base.read, absent: [{ status: [404], proof: 'none' }] },
  });

  test.each([
    ['reliable-ops', reliableOps, [...NEITHER, ...NO_KEY]],
    ['challenge', challenge, NEITHER],
  ] as const)('%s: a 404 without it is no absence, whatever it answers', (_, dialect, bodies) => {
    for (const body of bodies) {
      const http = { status: 404, body };
      expect(answer('read', http, dialect)).toEqual({
        kind: 'unreadable',
        detail: expect.stringContaining(UNPROVEN),
      });
      expect(answer('delete', http, dialect)).toEqual({
        kind: 'lost',
        detail: expect.stringContaining(UNPROVEN),
      });
      expect(answer('create', http, dialect).kind).toBe('lost');
    }
  });

  test.each([
    ['reliable-ops', reliableOps, [NOT_FOUND, `{"status":404,"message":"groupId \\"5\\": gone"}`]],
    [
      'challenge',
      challenge,
      [NOT_FOUND, '{"message": "Not found", "status": 404}', 'gone', ...NO_KEY],
    ],
  ] as const)('%s: a 404 with it is one', (_, dialect, bodies) => {
    for (const body of bodies) {
      expect(answer('read', { status: 404, body }, dialect).kind).toBe('absent');
      expect(answer('delete', { status: 404, body }, dialect).kind).toBe('gone');
      expect(answer('create', { status: 404, body }, dialect).kind).toBe('lost');
    }
  });

  test.each(["it's", 'say "x"', '\\', 'ключ', '%2f', '{"status":404}', '$&'])(
    'reliable-ops: the key %j is found in what the node says, and only there',
    (groupId) => {
      const detail = (id: string) => JSON.stringify({ message: `no record '${id}'`, status: 404 });
      const read = (body: string) =>
        readReply(reliableOps, { kind: 'read', groupId }, { status: 404, body, at: NOON }).kind;
      expect(read(detail(groupId))).toBe('absent');
      expect(read(detail(`x${groupId}`))).toBe('unreadable');
    },
  );

  test('an empty success proves nothing: the create is lost, of the delete a read makes sure', () => {
    for (const dialect of SHIPPED_DIALECTS) {
      for (const body of ['', ' ', '\r\n']) {
        expect(answer('create', { status: 201, body }, dialect).kind).toBe('lost');
        expect(answer('delete', { status: 200, body }, dialect).kind).toBe('unproven');
      }
    }
  });

  test('a dialect that takes a 2xx for gone believes it only with words', () => {
    const gone: Dialect = {
      ...challenge,
      delete: {
        ...challenge.delete,
        applied: [{ status: [200] }],
        gone: [{ status: [204, 404], proof: 'words' }],
      },
    };
    expect(answer('delete', { status: 204 }, gone).kind).toBe('unproven');
    const believed: Dialect = {
      ...gone,
      delete: { ...gone.delete, gone: [{ status: [204], proof: 'none' }] },
    };
    expect(answer('delete', { status: 204 }, believed).kind).toBe('gone');
  });

  test('with the proof `none` any 404 is believed, and an empty success; markup is no success', () => {
    for (const body of ['', '<html>Not Found</html>', ...NO_KEY]) {
      expect(answer('read', { status: 404, body }, unproven()).kind).toBe('absent');
      expect(answer('delete', { status: 404, body }, unproven()).kind).toBe('gone');
    }
    expect(answer('delete', { status: 204 }, unproven()).kind).toBe('applied');
    expect(answer('create', { status: 201 }, unproven()).kind).toBe('applied');
    expect(answer('create', { status: 201, body: '<html>' }, unproven()).kind).toBe('lost');
  });
});
