import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Request } from '../../src/core/model.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import { readAnswer } from '../../src/node/read-answer.ts';
import { Wording } from '../../src/node/wording.ts';

const REQUESTS: readonly Request[] = [
  { kind: 'create', token: '1.000001', body: '{"groupId":"a"}' },
  { kind: 'delete', guard: '1.000001' },
  { kind: 'read' },
];
const BODIES = [
  'CREATED',
  'OK',
  '',
  '{"groupId":"a"}',
  ' {"groupId":"b"}',
  '<html>',
  'retry later',
];

describe('wording', () => {
  test('P10: what it keeps of earlier answers changes no answer, whatever came before', () => {
    let now = 0;
    const http = fc.record({
      status: fc.constantFrom(200, 201, 204, 400, 404, 429, 500, 502, 503),
      body: fc.constantFrom(...BODIES),
      retryAfter: fc.constantFrom(undefined, '1', new Date(60_000).toUTCString()),
    });
    const step = fc.tuple(fc.constantFrom(...REQUESTS), fc.constantFrom('a', 'b'), http);
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 40 }), (steps) => {
        const wording = new Wording({
          name: 'node01',
          url: new URL('http://127.0.0.1:7401/v1'),
          dialect: reliableOps,
          wallNow: () => now,
        });
        for (const [request, groupId, complete] of steps) {
          now += 1000;
          const fresh = { ...complete, at: now };
          expect(wording.read(request, groupId, complete)).toEqual(
            readAnswer(reliableOps, { kind: request.kind, groupId }, fresh),
          );
        }
      }),
    );
  });
});
