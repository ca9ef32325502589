/** Who may call what at the operators' port: real sockets, and bytes that no honest client sends. */
import fastify from 'fastify';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/channel/door-messages.ts';
import { ClientList } from '../../src/clients/client-list.ts';
import { clientOf } from '../../src/coordinator/sockets/unread.ts';
import { keepGate, needs } from '../../src/door/access/gate.ts';
import { Refusals } from '../../src/door/access/refusals.ts';
import { Sessions } from '../../src/door/access/sessions.ts';
import { startServer } from '../../src/door/server.ts';
import type { Answer } from '../../src/protocol/answer.ts';
import { errorReply } from '../../src/protocol/errors.ts';
import type { Request } from '../../src/protocol/request.ts';
import { knownClient } from '../clients/support.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { freePorts } from '../support/free-ports.ts';
import { rawHttp, requestLines } from '../support/raw-http.ts';
import { FIGURES, opsOptions } from './standing.ts';

const reader = knownClient('grafana', 'read');
const sender = knownClient('deploy', 'commands');
const operator = knownClient('ann', 'operate');
const everybody = new ClientList([reader.client, sender.client, operator.client]);
const OWN = 'Host: 127.0.0.1';
const bearer = (token: string) => `Authorization: Bearer ${token}`;

let port = 0;
let clients = everybody;
let asked: Request[] = [];
let caller: Caller | undefined;
let given: Answer = FIGURES.summary;
const noted = notedLog();

beforeAll(async () => {
  [port = 0] = await freePorts(1);
  const ask = async (request: Request, by: Caller): Promise<Answer> => {
    caller = by;
    asked.push(request);
    return given;
  };
  const { log } = noted;
  const names = ['ops.example.com', 'lockstepd'];
  await startServer(opsOptions({ port, names, log, clients: () => clients, ask }));
});

beforeEach(() => {
  clients = everybody;
  asked = [];
  given = FIGURES.summary;
});

const call = (target: string, headers: readonly string[], method = 'GET') =>
  rawHttp({ port }, requestLines(target, headers, method));
const status = (...headers: readonly string[]) => call('/v1/status', [OWN, ...headers]);

describe('the host of a request', () => {
  test.each([
    ['127.0.0.1'],
    ['127.0.0.1:5580'],
    ['192.0.2.7:1'],
    ['[::1]'],
    ['[2001:DB8::1]:5580'],
    ['localhost'],
    ['LOCALHOST:5580'],
    ['localhost.'],
    ['ops.example.com'],
    ['OPS.Example.com.:443'],
    ['lockstepd:5580'],
  ])('%s is served', async (host) => {
    expect((await call('/healthz', [`Host: ${host}`])).status).toBe(200);
  });

  test('that HTTP/1.0 leaves out is served; HTTP/1.1 must name one', async () => {
    expect((await rawHttp({ port }, ['GET /healthz HTTP/1.0'])).status).toBe(200);
    expect((await call('/healthz', [])).status).toBe(400);
  });

  const FOREIGN = [
    ['a name that was rebound to this machine', 421, ['Host: evil.example:5580']],
    ['a name that contains an address', 421, ['Host: 127.0.0.1.evil.example']],
    ['a name that begins as an allowed one', 421, ['Host: ops.example.com.evil.example']],
    ['a name that ends as an allowed one', 421, ['Host: evil-ops.example.com']],
    ['a number that some take for an address', 421, ['Host: 2130706433']],
    ['userinfo', 400, ['Host: localhost@evil.example']],
    ['userinfo before an allowed host', 400, ['Host: evil.example@localhost']],
    ['an empty name', 400, ['Host:']],
    ['a port that is none', 400, ['Host: localhost:http']],
    ['two dots at its end', 400, ['Host: localhost..']],
    ['a path', 400, ['Host: localhost/evil']],
    ['two names in one', 400, ['Host: localhost, evil.example']],
    ['a name of 10,000 letters', 400, [`Host: ${'a'.repeat(10_000)}`]],
    ['two headers, the first of them right', 400, [OWN, 'Host: evil.example']],
    ['two headers, both of them right', 400, [OWN, 'host: localhost']],
  ] as const;

  test.each(FOREIGN)('that is %s: refused before any routing', async (_, code, headers) => {
    const targets = ['/healthz', '/metrics', '/v1/status', '/no/such/path'];
    for (const target of targets) {
      const refused = await call(target, [...headers, bearer(operator.token)]);
      expect([target, refused.status]).toEqual([target, code]);
      expect(refused.body).not.toContain('lockstep_');
    }
    expect(asked).toEqual([]);
  });

  test('that is refused: the answer names the setting', async () => {
    const { body, head } = await call('/healthz', ['Host: grafana.example:5580']);
    expect(JSON.parse(body)).toEqual({
      error: {
        code: 'invalid_request',
        message: 'grafana.example is no name of this server',
        hint: 'Call it by its IP address, or add the name to LOCKSTEP_OPS_NAMES.',
      },
    });
    expect(head).toContain('application/json');
  });

  test('in an absolute target counts, and the header beside it too', async () => {
    expect((await call('http://localhost:1/healthz', [OWN])).status).toBe(200);
    expect((await call('HTTPS://ops.example.com/healthz', [OWN])).status).toBe(200);
    expect((await call('http://evil.example/healthz', [OWN])).status).toBe(421);
    expect((await call('http://localhost/healthz', ['Host: evil.example'])).status).toBe(421);
    expect((await call('http://localhost@evil.example/healthz', [OWN])).status).toBe(400);
    expect((await call('evil.example/healthz', [OWN])).status).toBe(400);
    expect((await call('*', [OWN], 'OPTIONS')).status).toBe(400);
  });
});

describe('a token', () => {
  test('is needed for the status, and the answer says how to send one', async () => {
    const refused = await status();
    expect(refused.status).toBe(401);
    expect(refused.head).toMatch(/^www-authenticate: Bearer realm="lockstep"\r?$/im);
    expect(JSON.parse(refused.body).error).toMatchObject({
      code: 'unauthorised',
      message: 'there is no token: the role read or operate is needed',
      hint: expect.stringContaining('the file ops-token of the data folder'),
    });
    expect(asked).toEqual([]);
  });

  test.each([reader, operator])('of the role $client.role gets the status', async ({ token }) => {
    const { status: code, body, head } = await status(bearer(token));
    expect([code, JSON.parse(body)]).toEqual([200, FIGURES.summary]);
    expect(head).toMatch(/^cache-control: no-store\r?$/im);
    expect(asked).toEqual([{ op: 'status' }]);
  });

  test('P9: gives its client a turn that no peer of ZeroMQ can take part in, whatever it calls itself', async () => {
    await status(bearer(reader.token));
    const { client = '' } = caller ?? {};
    expect(client).toContain('grafana');
    const peers = (['utf8', 'latin1', 'utf16le'] as const).map((encoding) =>
      clientOf([Buffer.from(client, encoding)]),
    );
    expect(peers).not.toContain(client);
  });

  test('of another role is refused, and the answer names the role', async () => {
    const refused = await status(bearer(sender.token));
    expect(refused.status).toBe(403);
    expect(refused.head).toContain('error="insufficient_scope"');
    expect(JSON.parse(refused.body).error.message).toBe(
      'the client deploy has the role commands: the role read or operate is needed',
    );
    expect(asked).toEqual([]);
  });

  test.each([
    ['lower case', `authorization: bearer ${reader.token}`],
    ['upper case', `AUTHORIZATION: BEARER ${reader.token}`],
    ['spaces', `Authorization: Bearer   ${reader.token}  `],
  ])('may be sent with a scheme in %s', async (_, header) => {
    expect((await status(header)).status).toBe(200);
  });

  const unknown = knownClient('x', 'operate').token;
  test.each([
    ['that is not known', 401, [bearer(unknown)]],
    ['that is a part of a known one', 401, [bearer(operator.token.slice(0, -1))]],
    ['that is the hash of a known one', 401, [bearer(operator.client.tokenSha256)]],
    ['that is empty', 401, ['Authorization: Bearer ']],
    ['of 10,000 letters', 401, [bearer('a'.repeat(10_000))]],
    ['as a password', 401, [`Authorization: Basic ${btoa(`ann:${operator.token}`)}`]],
    ['without a scheme', 401, [`Authorization: ${operator.token}`]],
    ['beside another one', 401, [`Authorization: Bearer ${operator.token}, ${unknown}`]],
    ['in two headers', 400, [bearer(operator.token), bearer(operator.token)]],
    ['in another header', 401, [`X-Authorization: Bearer ${operator.token}`]],
  ])('%s is refused, and never repeated', async (_, code, headers) => {
    const refused = await status(...headers);
    expect(refused.status).toBe(code);
    expect(refused.head).toMatch(/^www-authenticate: Bearer /im);
    for (const secret of [operator.token, unknown]) {
      expect(refused.head + refused.body).not.toContain(secret);
      expect(JSON.stringify(noted.lines)).not.toContain(secret);
    }
    expect(asked).toEqual([]);
  });

  test('in the target does not count', async () => {
    const { status: code } = await call(`/v1/status?access_token=${operator.token}`, [OWN]);
    expect(code).toBe(401);
  });

  test('counts for HEAD as for GET', async () => {
    expect((await call('/v1/status', [OWN], 'HEAD')).status).toBe(401);
    expect((await call('/v1/status', [OWN, bearer(reader.token)], 'HEAD')).status).toBe(200);
  });

  test('of a client that was removed is refused at the next request', async () => {
    expect((await status(bearer(reader.token))).status).toBe(200);
    clients = new ClientList([operator.client]);
    expect((await status(bearer(reader.token))).status).toBe(401);
  });

  test('is not needed for health and metrics', async () => {
    clients = new ClientList([]);
    for (const target of ['/healthz', '/readyz', '/metrics']) {
      expect((await call(target, [OWN])).status).toBe(200);
      expect((await call(target, [OWN, 'Authorization: nonsense'])).status).toBe(200);
    }
  });
});

describe('a web page', () => {
  test.each([['http://evil.example'], ['null'], ['http://127.0.0.1:1'], ['http://localhost']])(
    'of %s may not ask, whatever token it has',
    async (origin) => {
      const refused = await status(bearer(operator.token), `Origin: ${origin}`);
      expect(refused.status).toBe(403);
      expect(refused.body).toContain('another origin');
      expect(asked).toEqual([]);
    },
  );

  test('of this server may, also behind a proxy that ends TLS', async () => {
    for (const origin of ['http://ops.example.com', 'https://OPS.example.com']) {
      const headers = ['Host: ops.example.com', `Origin: ${origin}`, bearer(reader.token)];
      expect((await call('/v1/status', headers)).status).toBe(200);
    }
  });

  test('with two origins may not', async () => {
    const two = ['Origin: http://127.0.0.1', 'Origin: http://evil.example'];
    expect((await status(bearer(operator.token), ...two)).status).toBe(403);
  });

  test('can read no answer: no header lets another origin in', async () => {
    const { head } = await call('/healthz', [OWN, 'Origin: http://evil.example']);
    expect(head).not.toMatch(/access-control/i);
  });
});

describe('a route', () => {
  test('that does not declare its need cannot be registered', () => {
    const server = fastify();
    const refusals = new Refusals(noted.log);
    const sessions = new Sessions({ path: '/no/such/folder/page-sessions', log: noted.log });
    keepGate(server, { clients: () => everybody, refusals, sessions });
    expect(() => server.post('/v1/forgotten', async () => 'open')).toThrow(
      'the route POST /v1/forgotten does not declare its need',
    );
    expect(() => server.get('/v1/kept', needs('list'), async () => 'kept')).not.toThrow();
  });

  test('that does not exist is 404, with a token or without', async () => {
    expect((await call('/v1/', [OWN])).status).toBe(404);
    expect((await call('/v1/status/', [OWN, bearer(operator.token)])).status).toBe(404);
    expect((await call('/v1/status', [OWN], 'POST')).status).toBe(405);
  });

  test.each([
    [errorReply('draining', 'the daemon is stopping'), 503, '3'],
    [errorReply('busy', 'later', { retryAfterMs: 1500 }), 429, '2'],
    [errorReply('internal', 'the daemon failed'), 500, undefined],
  ])('answers an error of the daemon as it is', async (error, code, retryAfter) => {
    given = error;
    const { status: found, body, head } = await status(bearer(reader.token));
    expect([found, JSON.parse(body)]).toEqual([code, error]);
    expect(/^retry-after: (.*?)\r?$/im.exec(head)?.[1]).toBe(retryAfter);
  });
});
