/** Log in and out at the live page, over real sockets. */
import { join } from 'node:path';
import fastify from 'fastify';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ClientList } from '../../src/clients/client-list.ts';
import { keepGate, needs } from '../../src/door/access/gate.ts';
import { Refusals } from '../../src/door/access/refusals.ts';
import { Sessions } from '../../src/door/access/sessions.ts';
import type { DoorParts } from '../../src/door/parts.ts';
import { session } from '../../src/door/routes/session.ts';
import { knownClient } from '../clients/support.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ann = knownClient('ann', 'operate');
const reader = knownClient('grafana', 'read');
const sender = knownClient('deploy', 'commands');
const everybody = new ClientList([ann.client, reader.client, sender.client]);

let clients = everybody;
beforeEach(() => {
  clients = everybody;
});

async function start(isSecure = false) {
  const { log } = notedLog();
  const refusals = new Refusals(log);
  const sessions = new Sessions({ path: join(tempFolder(), 'page-sessions'), log });
  const server = fastify();
  keepGate(server, { clients: () => clients, refusals, sessions });
  session(server, { sessions, refusals, clients: () => clients, isSecure } as DoorParts);
  server.get('/look', needs('list'), ({ caller }) => ({ name: caller?.principal.name }));
  server.post('/act', needs('retry'), ({ caller }) => ({ name: caller?.principal.name }));
  await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  const { port } = server.server.address() as { port: number };
  const origin = `http://127.0.0.1:${port}`;
  /** @param head the method and the path */
  const call = (head: string, headers: Readonly<Record<string, string>> = {}, body?: unknown) => {
    const [method = '', path = ''] = head.split(' ');
    const type = { 'content-type': 'application/json' };
    return body === undefined
      ? fetch(`${origin}${path}`, { method, headers })
      : fetch(`${origin}${path}`, {
          method,
          headers: { ...type, ...headers },
          body: JSON.stringify(body),
        });
  };
  const logIn = (token: string) => call('POST /session', { origin }, { token });
  const cookieOf = async (token: string) =>
    (await logIn(token)).headers.get('set-cookie')?.split(';')[0] ?? '';
  return { port, origin, call, logIn, cookieOf, refusals };
}

describe('POST /session', () => {
  it('changes a token for a cookie that no script and no other site can use', async () => {
    const { logIn, port } = await start();
    const response = await logIn(ann.token);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ name: 'ann', role: 'operate' });
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      new RegExp(
        `^lockstep-${port}=[\\w-]{43}; Path=/; Max-Age=4(3200|3199); HttpOnly; SameSite=Strict$`,
      ),
    );
    expect(cookie).not.toContain(ann.token);
  });

  it('marks the cookie as secure where the server speaks HTTPS', async () => {
    const { logIn } = await start(true);
    expect((await logIn(ann.token)).headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  it.each([
    [{ token: 'lsk_unknown' }],
    [{ token: 7 }],
    [{}],
    ['text'],
    [{ token: 'x'.repeat(200) }],
  ])('answers %j with 401, and counts it', async (body) => {
    const { call, refusals, origin } = await start();
    const response = await call('POST /session', { origin }, body);
    expect(response.status).toBe(401);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(refusals.counts.token).toBe(1);
  });

  it('refuses the page of another site, with a right token too', async () => {
    const { call, refusals } = await start();
    const headers = { origin: 'http://evil.example' };
    const response = await call('POST /session', headers, { token: ann.token });
    expect(response.status).toBe(403);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(refusals.counts.origin).toBe(1);
  });

  it('reads no large body', async () => {
    const { call } = await start();
    expect((await call('POST /session', {}, { token: 'x'.repeat(5000) })).status).toBe(413);
  });
});

describe('a request with a session', () => {
  it('may what the client may, by the list as it is now', async () => {
    const { call, cookieOf, origin } = await start();
    const cookie = await cookieOf(reader.token);
    expect(await (await call('GET /look', { cookie })).json()).toEqual({ name: 'grafana' });
    expect((await call('POST /act', { cookie, origin })).status).toBe(403);
    clients = new ClientList([ann.client]);
    expect((await call('GET /look', { cookie })).status).toBe(401);
  });

  it('that changes something needs an Origin of this server', async () => {
    const { call, cookieOf, origin } = await start();
    const cookie = await cookieOf(ann.token);
    const codes = [
      { cookie },
      { cookie, origin: 'http://evil.example' },
      { cookie, origin: 'null' },
    ];
    for (const headers of codes) expect((await call('POST /act', headers)).status).toBe(403);
    expect(await (await call('POST /act', { cookie, origin })).json()).toEqual({ name: 'ann' });
  });

  it('by a cookie of another port, or one that is no session, is answered 401', async () => {
    const { call, cookieOf, port } = await start();
    const cookie = await cookieOf(ann.token);
    const id = cookie.split('=')[1] ?? '';
    const wrong = [
      `lockstep-${port + 1}=${id}`,
      `lockstep-${port}=${id}x`,
      `lockstep-${port}=`,
      'lockstep=1',
    ];
    for (const each of wrong) {
      expect([each, (await call('GET /look', { cookie: each })).status]).toEqual([each, 401]);
    }
    expect((await call('GET /look', { cookie: `other=1; ${cookie}` })).status).toBe(200);
  });

  it('and a token too counts as the client of the token', async () => {
    const { call, cookieOf } = await start();
    const headers = { cookie: await cookieOf(ann.token), authorization: `Bearer ${reader.token}` };
    expect(await (await call('GET /look', headers)).json()).toEqual({ name: 'grafana' });
  });
});

describe('GET and DELETE /session', () => {
  it('show who is logged in, and end it', async () => {
    const { call, cookieOf, origin } = await start();
    const cookie = await cookieOf(sender.token);
    const shown = await call('GET /session', { cookie });
    expect(await shown.json()).toEqual({ name: 'deploy', role: 'commands' });
    expect((await call('DELETE /session', { cookie })).status).toBe(403);
    const ended = await call('DELETE /session', { cookie, origin });
    expect(ended.status).toBe(204);
    expect(ended.headers.get('set-cookie')).toMatch(/^lockstep-\d+=; Path=\/; Max-Age=0; /);
    expect((await call('GET /session', { cookie })).status).toBe(401);
  });
});
