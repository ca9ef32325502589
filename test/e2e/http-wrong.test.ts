/** P10: wrong requests over HTTP, with a real daemon: each is answered with its fault, and names its field. */
import { describe, expect, test } from 'vitest';
import { shareCluster } from '../support/cluster.ts';
import type { Daemon } from '../support/daemon.ts';
import { httpApi, type Sending, shown, tokenOf } from '../support/http-api.ts';
import { rawHttp, requestLines } from '../support/raw-http.ts';

const cluster = shareCluster({ executors: 1 });
const send = (path: string, sending?: Sending) => httpApi(cluster.daemon)(path, sending);
const create = (groupId: string, more = {}) => ({ op: 'create', groupId, ...more });
const portOf = ({ opsUrl }: Daemon) => ({ port: Number(new URL(opsUrl).port) });
const own = (daemon: Daemon) => [
  'Host: localhost',
  'Content-Type: application/json',
  `Authorization: Bearer ${tokenOf(daemon)}`,
];

type Wrong = readonly [string, string, Sending, number, string | undefined, string];
const ok = create('w');
const header = (name: string, value: string) => ({ body: ok, headers: { [name]: value } });
const WRONG: readonly Wrong[] = [
  [
    'another type',
    '/v1/commands',
    header('content-type', 'text/plain'),
    415,
    'Content-Type',
    'the body must be application/json',
  ],
  [
    'no type',
    '/v1/commands',
    header('content-type', ''),
    415,
    'Content-Type',
    'the body must be application/json',
  ],
  [
    'another charset',
    '/v1/commands',
    header('content-type', 'application/json; charset=latin1'),
    415,
    'Content-Type',
    'the body must be UTF-8',
  ],
  [
    'a compressed body',
    '/v1/commands',
    header('content-encoding', 'gzip'),
    415,
    'Content-Type',
    'the body must not be compressed',
  ],
  ['no body', '/v1/commands', { method: 'POST' }, 400, undefined, 'the request is empty'],
  [
    'broken JSON',
    '/v1/commands',
    { body: '{"op":' },
    400,
    undefined,
    'the request is not JSON: Unexpected end of JSON input',
  ],
  [
    'a byte order mark',
    '/v1/commands',
    { body: '\uFEFF{}' },
    400,
    undefined,
    'the request begins with a byte order mark',
  ],
  [
    'a member twice',
    '/v1/commands',
    { body: '{"op":"create","groupId":"a","groupId":"b"}' },
    400,
    'groupId',
    '"groupId" is given twice',
  ],
  [
    'a wrong member',
    '/v1/commands',
    { body: { op: 'create', groupId: 5 } },
    400,
    'groupId',
    'groupId must be a string, not a number',
  ],
  [
    'a token in the body',
    '/v1/commands',
    { body: { ...ok, auth: 'lsk_x' } },
    400,
    'auth',
    'auth is not a field here',
  ],
  [
    'an act among commands',
    '/v1/commands',
    { body: { op: 'pause' } },
    400,
    'op',
    'op must be one of create, delete, batch here, not "pause"',
  ],
  [
    'a command among acts',
    '/v1/acts',
    { body: ok },
    400,
    'op',
    expect.stringContaining('here, not "create"'),
  ],
  [
    'a key for an act',
    '/v1/acts',
    { body: { op: 'pause' }, headers: { 'idempotency-key': 'a' } },
    400,
    'Idempotency-Key',
    'the header Idempotency-Key is for POST /v1/commands alone',
  ],
  [
    'a wrong key',
    '/v1/commands',
    header('idempotency-key', '"'),
    400,
    'Idempotency-Key',
    'the header Idempotency-Key is no id of a command',
  ],
  [
    'a long wait',
    '/v1/commands?wait=60001',
    { body: ok },
    400,
    'wait',
    'wait must be at most 60000',
  ],
  [
    'a wrong wait',
    '/v1/commands?wait=soon',
    { body: ok },
    400,
    'wait',
    'the parameter "wait" must be a whole number, not "soon"',
  ],
  [
    'an unknown parameter',
    '/v1/commands?stat=refused',
    {},
    400,
    'stat',
    'unknown parameter "stat"',
  ],
  [
    'a wrong parameter',
    '/v1/commands?state=done',
    {},
    400,
    'state',
    expect.stringContaining('state must be "accepted"'),
  ],
  ['a broken path', '/v1/commands/%ff', {}, 400, undefined, expect.stringContaining('%ff')],
  [
    'an id that is none',
    `/v1/commands/${'x'.repeat(201)}`,
    {},
    400,
    'id',
    'id is longer than 200 characters',
  ],
  ['a path that is none', '/v1/command', { body: ok }, 404, undefined, 'no path "/v1/command"'],
  [
    'another method on the path of a command',
    '/v1/commands/a',
    { body: ok },
    405,
    undefined,
    '"/v1/commands/a" takes GET, HEAD, not POST',
  ],
  [
    'another method',
    '/v1/commands',
    { method: 'PUT', body: ok },
    405,
    undefined,
    '"/v1/commands" takes POST, GET, HEAD, not PUT',
  ],
];

describe('P10: a wrong request over HTTP', () => {
  test.each(WRONG)(
    'with %s is answered with its fault',
    async (_, ...[path, sending, status, field, message]) => {
      const { status: found, body } = await send(path, sending);
      const { error } = body as { readonly error: Record<string, unknown> };
      expect([found, error['field'], error['message']]).toEqual([status, field, message]);
      expect(error).toMatchObject({ code: 'invalid_request', hint: expect.any(String) });
    },
  );

  test('that is too large is 413, whether it says so before or not', async () => {
    const large = JSON.stringify(create('w', { more: 'x'.repeat(1024 * 1024) }));
    expect(await shown(send('/v1/commands', { body: large }))).toEqual([
      413,
      {
        error: expect.objectContaining({
          code: 'too_large',
          message: 'the body is larger than 1048576 bytes',
        }),
      },
    ]);
    const chunks = await rawHttp(
      portOf(cluster.daemon),
      [
        ...requestLines(
          '/v1/commands',
          [...own(cluster.daemon), 'Transfer-Encoding: chunked'],
          'POST',
        ),
      ],
      `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`,
    );
    expect(chunks.status).toBe(413);
  });
});
