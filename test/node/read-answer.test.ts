import { describe, expect, test } from 'vitest';
import type { NodeReplyKind, NodeRequest } from '../../src/core/model.ts';
import type { Dialect } from '../../src/node/dialect/dialect.ts';
import { type HttpReply, readReply } from '../../src/node/dialect/read-reply.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { SHIPPED_DIALECTS } from '../../src/node/dialects/index.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const RECORD = '{"groupId": "5"}';
/** A body that proves, in both dialects, that the node has no such record. */
const NOT_FOUND = `{"message": "No group record found with id '5'", "status": 404}`;
/** Success words, and a proof of absence where there is one. */
const wordsOf = (status: number) => (status === 404 ? NOT_FOUND : 'DONE');

function answer(
  kind: NodeRequest['kind'],
  http: Partial<HttpReply>,
  dialect: Dialect = reliableOps,
) {
  return readReply(dialect, { kind, groupId: '5' }, { status: 200, body: '', at: NOON, ...http });
}

/** The meaning of each status; `else` is the rest of 100 to 599. */
type Table = Readonly<Record<number | 'class2' | 'class3' | 'class4' | 'class5', NodeReplyKind>>;

const DOUBTS = {
  404: 'lost',
  408: 'unsure',
  425: 'unsure',
  429: 'unsure',
  502: 'lost',
  504: 'lost',
} as const;
const CLASSES = { class2: 'lost', class3: 'refused', class4: 'refused', class5: 'unsure' } as const;
const CREATE: Table = { ...CLASSES, ...DOUBTS, 201: 'applied', 400: 'perhaps', 409: 'perhaps' };
const DELETE: Table = {
  ...CLASSES,
  ...DOUBTS,
  200: 'applied',
  400: 'perhaps',
  404: 'gone',
  409: 'perhaps',
};

const TABLES = [
  [reliableOps.name, 'create', { dialect: reliableOps, table: CREATE }],
  [reliableOps.name, 'delete', { dialect: reliableOps, table: DELETE }],
  [challenge.name, 'create', { dialect: challenge, table: CREATE }],
  [challenge.name, 'delete', { dialect: challenge, table: { ...DELETE, 204: 'applied' } }],
] as const;

function expected(table: Table, status: number): NodeReplyKind {
  const named = table[status];
  if (named !== undefined) return named;
  const group = Math.floor(status / 100);
  if (group === 2) return table.class2;
  if (group === 3) return table.class3;
  if (group === 4) return table.class4;
  return group === 5 ? table.class5 : 'lost';
}

describe('the meaning of a status', () => {
  test.each(TABLES)('in %s, every status from 0 to 999 of a %s', (_, kind, { dialect, table }) => {
    for (let status = 0; status < 1000; status++) {
      const http = { status, body: wordsOf(status) };
      expect([status, answer(kind, http, dialect).kind]).toEqual([status, expected(table, status)]);
    }
  });

  test.each(SHIPPED_DIALECTS)('in $name, every status of a read', (dialect) => {
    const kindOf = (status: number) => {
      if (status === 200) return 'present';
      if (status === 404) return 'absent';
      const isRefusal = status >= 300 && status < 500 && ![408, 425, 429].includes(status);
      return isRefusal ? 'refused' : 'unreadable';
    };
    for (let status = 0; status < 1000; status++) {
      const body = status === 404 ? NOT_FOUND : RECORD;
      expect([status, answer('read', { status, body }, dialect).kind]).toEqual([
        status,
        kindOf(status),
      ]);
    }
  });

  test('P1: a 204 to a delete proves nothing: only a read shows, where the dialect knows it', () => {
    expect(answer('delete', { status: 204 }).kind).toBe('lost');
    expect(answer('delete', { status: 204 }, challenge).kind).toBe('unproven');
    expect(answer('create', { status: 204 }, challenge).kind).toBe('lost');
  });

  test('a custom dialect names statuses of its own; the rest keeps its general meaning', () => {
    const custom: Dialect = {
      ...challenge,
      create: {
        ...challenge.create,
        applied: [{ status: [200] }],
        perhaps: [],
        unsure: [{ status: [423] }],
      },
    };
    const kinds = [200, 201, 400, 423, 429, 500, 502].map(
      (status) => answer('create', { status, body: 'done' }, custom).kind,
    );
    expect(kinds).toEqual(['applied', 'lost', 'refused', 'unsure', 'unsure', 'unsure', 'lost']);
  });
});

describe('P4.2: a success whose body is not the contract’s is no answer', () => {
  test.each([
    ['create', 201, 'CREATED\n'],
    ['create', 201, RECORD],
    ['create', 201, '{"ok": true}'],
    ['create', 201, '"CREATED"'],
    ['delete', 200, 'OK\n'],
    ['delete', 200, RECORD],
  ] as const)('a %s with %d %j is applied', (kind, status, body) => {
    expect(answer(kind, { status, body }).kind).toBe('applied');
  });

  test.each([
    ['a page', { body: '<!DOCTYPE html><html><body>Welcome</body></html>' }],
    ['a page after white space', { body: '\n  <html>' }],
    ['another type of key', { body: '{"groupId": 5}' }],
    ['no key at all', { body: '{"groupId": null}' }],
    ['half a record', { body: '{"groupId": "5"' }],
    ['bytes that are not UTF-8', { body: 'CREATED\uFFFD' }],
    ['control characters', { body: 'CRE\u0000ATED' }],
  ])('%s is lost', (_, http) => {
    expect(answer('create', { status: 201, ...http }).kind).toBe('lost');
    expect(answer('delete', { status: 200, ...http }).kind).toBe('lost');
    expect(answer('create', { status: 201, ...http }, challenge).kind).toBe('lost');
  });

  test('a record of another key: a create made it and is not repeated, a delete is lost', () => {
    for (const dialect of SHIPPED_DIALECTS) {
      const body = '{"groupId": "6"}';
      expect(answer('create', { status: 201, body }, dialect).kind).toBe('misnamed');
      expect(answer('delete', { status: 200, body }, dialect).kind).toBe('lost');
    }
  });
});

describe('a read counts only with this very record', () => {
  test('the record is handed on as it was written', () => {
    const body = '{"groupId": "5", "size": 12345678901234567890}\n';
    expect(answer('read', { body })).toEqual({
      kind: 'present',
      detail: `200 ${body.trim()}`,
      body,
    });
  });

  test.each([
    ['1633786070.879454', '1633786070.879454'],
    ['1633786070.8794541', '1633786070.8794541'],
    ['1633786070', '1633786070'],
    ['"1633786070.500000"', '1633786070.500000'],
  ])('a mark shown as %s is %s, and is no part of the record', (shown, token) => {
    const body = `{"groupId": "5", "timestamp": ${shown}, "kind": "x"}`;
    expect(answer('read', { body })).toMatchObject({
      kind: 'present',
      body: '{"groupId": "5","kind": "x"}',
      token,
    });
  });

  test.each(['null', '""', '"soon"', '"1\\r\\nnode: x"', '{}', '1e999', 'true'])(
    'a mark shown as %s is none',
    (shown) => {
      const read = answer('read', { body: `{"groupId": "5", "timestamp": ${shown}}` });
      expect(read).toMatchObject({ kind: 'present', body: '{"groupId": "5"}' });
      expect(read).not.toHaveProperty('token');
    },
  );

  test('P9, P10: a record nested as deep as a body is long shows nothing, and throws nothing', () => {
    const deep = '['.repeat(30_000) + ']'.repeat(30_000);
    const body = `{"groupId": "5", "timestamp": 17, "more": ${deep}}`;
    expect(answer('read', { body })).toMatchObject({ kind: 'malformed' });
  });

  test('without marks in the dialect, a timestamp is part of the record', () => {
    const body = '{"groupId": "5", "timestamp": 7}';
    const read = answer('read', { body }, challenge);
    expect(read).toEqual({ kind: 'present', detail: `200 ${body}`, body });
  });

  test.each(['', ' \n', '<html></html>'])('200 with %j may be a proxy: unreadable', (body) => {
    expect(answer('read', { body }).kind).toBe('unreadable');
  });

  test.each([
    'null',
    '[]',
    '"5"',
    '{}',
    '{"groupId": "6"}',
    '{"groupId": 5}',
    '{"groupid": "5"}',
    '{"groupId": "6", "groupId": "7"}',
    '{"__proto__": {"groupId": "5"}}',
    '{"groupId": "5"',
    'a text of somebody else',
  ])('200 with %j shows no record of the key: malformed', (body) => {
    expect(answer('read', { body }).kind).toBe('malformed');
  });
});

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['3', 3000],
    [' 3 ', 3000],
    ['9'.repeat(400), 1_000_000_000_000],
    ['Mon, 23 Nov 2026 12:00:07 GMT', 7000],
    ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
    ['', undefined],
    ['-3', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026-11-23T12:00:07Z', undefined],
    ['Mon, 99 Nov 2026 12:00:07 GMT', undefined],
  ])('%j is %j ms', (retryAfter, ms) => {
    for (const status of [429, 503]) {
      expect(answer('create', { status, retryAfter }).retryAfterMs).toBe(ms);
    }
    expect(answer('read', { status: 503, retryAfter }).retryAfterMs).toBe(ms);
  });

  test('it is a wish of a node in doubt only', () => {
    for (const status of [201, 400, 404, 502]) {
      expect(answer('create', { status, retryAfter: '3' })).not.toHaveProperty('retryAfterMs');
    }
  });
});
