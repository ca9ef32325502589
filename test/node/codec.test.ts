import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NodeRequest } from '../../src/core/model.ts';
import { Codec } from '../../src/node/dialect/codec.ts';
import type { Dialect, Method } from '../../src/node/dialect/dialect.ts';
import { readReply } from '../../src/node/dialect/read-reply.ts';
import { SHIPPED_DIALECTS } from '../../src/node/dialects/index.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import { listPath } from '../../src/node/list/list-page.ts';

const REQUESTS: readonly NodeRequest[] = [
  { kind: 'create', token: '1.000001' },
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
  `{"message":"no 'a'","status":404}`,
  `{"message":"no 'b'","status":404}`,
];

function wordingOf(dialect: Dialect, wallNow = () => 0): Codec {
  return new Codec({
    name: 'node01',
    url: new URL('http://127.0.0.1:7401/v1'),
    dialect,
    wallNow,
  });
}

describe('wording', () => {
  test('P1, P10: what it keeps of earlier answers changes no answer, whatever came before', () => {
    let now = 0;
    const http = fc.record({
      status: fc.constantFrom(200, 201, 204, 400, 404, 429, 500, 502, 503),
      body: fc.constantFrom(...BODIES),
      retryAfter: fc.constantFrom(undefined, '1', new Date(60_000).toUTCString()),
    });
    const step = fc.tuple(fc.constantFrom(...REQUESTS), fc.constantFrom('a', 'b'), http);
    const speech = fc.constantFrom(...SHIPPED_DIALECTS);
    fc.assert(
      fc.property(speech, fc.array(step, { minLength: 2, maxLength: 40 }), (dialect, steps) => {
        const wording = wordingOf(dialect, () => now);
        for (const [request, groupId, complete] of steps) {
          now += 1000;
          const fresh = { ...complete, at: now };
          expect(wording.read(request, { groupId }, complete)).toEqual(
            readReply(dialect, { kind: request.kind, groupId }, fresh),
          );
        }
      }),
    );
  });
});

/** The headers of a request that has one head, and as many bytes behind it as that says. */
function headersOf(bytes: string): Record<string, string> {
  const [head = '', ...rest] = bytes.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  expect(rest.length).toBeGreaterThan(0);
  const [line, ...lines] = head.split('\r\n');
  expect(line).toMatch(/^(?:GET|POST|PUT|PATCH|DELETE) \/v1\/[!-~]* HTTP\/1\.1$/);
  for (const one of lines) expect(one).toMatch(/^[a-z-]+: [!-~]+$/);
  const headers = lines.map((one) => one.split(': ') as [string, string]);
  expect(new Set(headers.map(([name]) => name)).size).toBe(headers.length);
  const byName = Object.fromEntries(headers);
  expect(Number(byName['content-length'] ?? 0)).toBe(Buffer.byteLength(body));
  return byName;
}

describe('the bytes of a request', () => {
  const HOSTILE = [
    '\r\n',
    '\r\n\r\n',
    '\n',
    ' HTTP/1.1\r\nx: y',
    '\0',
    '\u2028',
    '%0d%0a',
    '$&',
    '{',
  ];
  const key = fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 20 })), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.join(''));

  test('P1: no key can add a header or a request, or make a length untrue', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SHIPPED_DIALECTS), key, (dialect, groupId) => {
        const wording = wordingOf(dialect);
        const record = JSON.stringify({ groupId });
        const common = ['host', 'connection', ...Object.keys(dialect.headers)];
        const mark = dialect.mark === null ? [] : [dialect.mark.header];
        const json = ['content-type', 'content-length'];
        const create = String(wording.write({ kind: 'create', token: '1.000001' }, { groupId }));
        expect(Object.keys(headersOf(create))).toEqual([...common, ...mark, ...json]);
        expect(create.endsWith(`\r\n\r\n${record}`)).toBe(true);
        const remove = String(wording.write({ kind: 'delete' }, { groupId }));
        expect(Object.keys(headersOf(remove))).toEqual([...common, ...json]);
        expect(remove.endsWith(`\r\n\r\n${record}`)).toBe(true);
        const read = String(wording.write({ kind: 'read' }, { groupId }));
        expect(Object.keys(headersOf(read))).toEqual(common);
        const path = decodeURIComponent(read.split(' ')[1] ?? '');
        expect(path).toBe(`/v1${dialect.read.path.split('{key}').join(groupId)}`);
        if (dialect.list === null) return;
        const list = wording.writeList(listPath(dialect.list, { after: groupId, limit: 1000 }));
        expect(Object.keys(headersOf(list))).toEqual(common);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[Method, string | undefined]>([
    ['POST', '0'],
    ['PUT', '0'],
    ['PATCH', '0'],
    ['DELETE', undefined],
    ['GET', undefined],
  ])('a %s without a body has the content-length %s', (method, length) => {
    const call = { ...reliableOps.create, method, body: null, path: '/group/{key}' };
    const wording = wordingOf({ ...reliableOps, create: call });
    const bytes = String(wording.write({ kind: 'create', token: '1.5' }, { groupId: '5' }));
    expect(bytes.startsWith(`${method} /v1/group/5 HTTP/1.1\r\n`)).toBe(true);
    expect(bytes.endsWith('\r\n\r\n')).toBe(true);
    const headers = headersOf(bytes);
    expect(headers['content-length']).toBe(length);
    expect(headers).not.toHaveProperty('content-type');
  });
});
