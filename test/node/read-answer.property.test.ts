import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NodeReplyKind } from '../../src/core/model.ts';
import { type HttpReply, readReply } from '../../src/node/dialect/read-reply.ts';
import { SHIPPED_DIALECTS } from '../../src/node/dialects/index.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';

const body = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc.constantFrom('CREATED\n', 'OK\n', '', '<html>', '{"groupId":"5"}', '{"groupId":"5"'),
  fc.constantFrom(`{"message":"'5'","status":404}`, `{"message":"'6'","status":404}`),
  fc
    .record({ groupId: fc.constantFrom('5', '6'), timestamp: fc.jsonValue() })
    .map((record) => JSON.stringify(record)),
);

const http: fc.Arbitrary<HttpReply> = fc.record({
  status: fc.oneof(
    fc.integer({ min: 100, max: 599 }),
    fc.constantFrom(200, 201, 400, 404, 503),
    fc.integer(),
  ),
  body,
  retryAfter: fc.option(fc.oneof(fc.string(), fc.nat().map(String)), { nil: undefined }),
  at: fc.nat(),
});

const dialect = fc.constantFrom(...SHIPPED_DIALECTS);
const groupId = fc.oneof(fc.constant('5'), fc.string({ minLength: 1 }));

const MUTATION: readonly NodeReplyKind[] = [
  'applied',
  'perhaps',
  'gone',
  'unproven',
  'misnamed',
  'refused',
  'unsure',
  'lost',
];
const READ: readonly NodeReplyKind[] = ['present', 'absent', 'refused', 'unreadable', 'malformed'];

describe('laws of reading answers', () => {
  test('P10: any answer is read, and as a kind that fits the request', () => {
    const kind = fc.constantFrom('create', 'delete', 'read');
    fc.assert(
      fc.property(dialect, kind, fc.tuple(groupId, http), (speech, asked, [key, given]) => {
        const answer = readReply(speech, { kind: asked, groupId: key }, given);
        expect(asked === 'read' ? READ : MUTATION).toContain(answer.kind);
        expect(answer.detail.length).toBeLessThanOrEqual(200);
        expect(answer.detail.isWellFormed()).toBe(true);
        expect(answer.body !== undefined).toBe(answer.kind === 'present');
        if (answer.token !== undefined) expect(answer.token).toMatch(/^[-+.e\d]{1,70}$/);
        if (answer.retryAfterMs !== undefined)
          expect(answer.retryAfterMs).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 3000 },
    );
  });

  test('P1: only 201 ever says that a create was applied, and only 404 that a record is not there', () => {
    fc.assert(
      fc.property(dialect, groupId, http, (speech, key, given) => {
        const created = readReply(speech, { kind: 'create', groupId: key }, given);
        if (created.kind === 'applied') expect(given.status).toBe(201);
        expect(created.kind).not.toBe('gone');
        const read = readReply(speech, { kind: 'read', groupId: key }, given);
        const removed = readReply(speech, { kind: 'delete', groupId: key }, given);
        for (const { kind } of [created, removed]) {
          if (kind === 'applied') expect(given.body).toMatch(/^\s*[^\s<]/);
        }
        if (read.kind === 'absent' || removed.kind === 'gone') {
          expect(given.status).toBe(404);
          expect(given.body).toMatch(/^\s*[^\s<]/);
          if (speech === reliableOps) {
            const { message } = JSON.parse(given.body) as { message: string };
            expect(message).toMatch(/["']/);
            expect(message).toContain(key);
          }
        }
        if (read.kind === 'present') {
          expect(given.status).toBe(200);
          expect(JSON.parse(read.body ?? '')).toHaveProperty('groupId', key);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('P4: a 5xx, a 408, a 425 and a 429 never say that something was or was not done', () => {
    const status = fc.oneof(fc.integer({ min: 500, max: 599 }), fc.constantFrom(408, 425, 429));
    const mutation = fc.constantFrom('create', 'delete');
    fc.assert(
      fc.property(mutation, status, http, (kind, code, given) => {
        const answer = readReply(reliableOps, { kind, groupId: '5' }, { ...given, status: code });
        expect(answer.kind).toBe(code === 502 || code === 504 ? 'lost' : 'unsure');
      }),
    );
  });
});
