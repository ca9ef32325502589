/** Who may use `/_sim`: no web page of somebody else, and by default nobody on another machine. */
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { rawHttp, requestLines } from '../support/raw-http.ts';
import { rawCall } from './raw-call.ts';

let sim: Nodesim;
let port = 0;

beforeAll(async () => {
  sim = await startNodesim();
  port = Number(new URL(sim.sharedUrl).port);
});
afterAll(() => sim[Symbol.asyncDispose]());

const call = (target: string, headers: readonly string[], method = 'GET') =>
  rawHttp({ port }, requestLines(target, headers, method));

describe('the controls', () => {
  it.each([
    ['127.0.0.1'],
    ['127.0.0.1:7400'],
    ['LocalHost:7400'],
    ['localhost.'],
    ['[::1]:7400'],
    ['10.1.2.3'],
  ])('serve Host: %s', async (host) => {
    expect((await call('/_sim', [`Host: ${host}`])).status).toBe(200);
  });

  it('serve HTTP/1.0 without a Host', async () => {
    expect((await rawHttp({ port }, ['GET /_sim HTTP/1.0'])).status).toBe(200);
  });

  it.each([
    ['a name that was rebound to this machine', 421, ['Host: evil.example:7400']],
    ['a name that begins with an address', 421, ['Host: 127.0.0.1.evil.example']],
    ['a name that begins as localhost', 421, ['Host: localhost.evil.example']],
    ['userinfo', 400, ['Host: localhost@evil.example']],
    ['an empty Host', 400, ['Host:']],
    ['two Hosts', 400, ['Host: 127.0.0.1', 'Host: evil.example']],
  ])('refuse %s', async (_, status, headers) => {
    expect((await call('/_sim', headers)).status).toBe(status);
  });

  it('are at no target with a host of its own', async () => {
    expect((await call('http://evil.example/_sim', ['Host: 127.0.0.1'])).status).toBe(404);
  });

  it.each([['http://evil.example'], ['null'], ['http://127.0.0.1:1'], ['http://localhost']])(
    'refuse a page of %s, which changes nothing',
    async (origin) => {
      await rawCall(`${sim.sharedUrl}/v1/group`, {
        method: 'POST',
        headers: { node: 'node01' },
        body: { groupId: origin },
      });
      const headers = [`Host: 127.0.0.1:${port}`, `Origin: ${origin}`, 'Content-Length: 0'];
      const refused = await call('/_sim/reset', headers, 'POST');
      expect(refused.status).toBe(403);
      expect(refused.body).toContain('another origin');
      expect(await sim.list('node01')).toContain(origin);
    },
  );

  it('serve a page of their own', async () => {
    const headers = [`Host: 127.0.0.1:${port}`, `Origin: http://127.0.0.1:${port}`];
    expect((await call('/_sim', headers)).status).toBe(200);
  });

  it("on a node's own port refuse the same", async () => {
    const own = Number(new URL(sim.urls['node02'] ?? '').port);
    const rebound = requestLines('/_sim/faults', ['Host: evil.example']);
    expect((await rawHttp({ port: own }, rebound)).status).toBe(421);
  });
});

describe('the API of the nodes', () => {
  it('is served whatever Host and Origin are, as the original serves it', async () => {
    const headers = ['Host: node01.app.internal.com', 'Origin: http://evil.example'];
    expect((await call('/ping', headers)).body).toBe('PONG\n');
    expect((await call('/v1/stats', headers)).status).toBe(200);
    const body = '{"groupId":"x"}';
    const lines = [...headers, 'node: node01', `Content-Length: ${body.length}`];
    const created = await rawHttp({ port }, requestLines('/v1/group', lines, 'POST'), body);
    expect(created.status).toBe(201);
  });
});

/** An address of this machine other than loopback. */
const elsewhere = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, address }) => family === 'IPv4' && !address.startsWith('127.'))?.address;
const WITHOUT = 'this machine has loopback addresses only';

describe('on every address of the machine', () => {
  const env = { NODESIM_HOST: '0.0.0.0' };

  it('the controls are for loopback, the nodes for everybody', async (ctx) => {
    if (elsewhere === undefined) return ctx.skip(WITHOUT);
    await using open = await startNodesim({ env });
    const there = `http://${elsewhere}:${new URL(open.sharedUrl).port}`;
    const refused = await rawCall(`${there}/_sim`);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('NODESIM_REMOTE_CONTROLS');
    expect((await rawCall(`${there}/v1/stats`)).status).toBe(200);
    expect((await rawCall(`${open.sharedUrl}/_sim`)).status).toBe(200);
  });

  it('NODESIM_REMOTE_CONTROLS opens the controls, but not to web pages', async (ctx) => {
    if (elsewhere === undefined) return ctx.skip(WITHOUT);
    await using open = await startNodesim({ env: { ...env, NODESIM_REMOTE_CONTROLS: 'true' } });
    const there = `http://${elsewhere}:${new URL(open.sharedUrl).port}`;
    expect((await rawCall(`${there}/_sim`)).status).toBe(200);
    const page = { headers: { origin: 'http://evil.example' } };
    expect((await rawCall(`${there}/_sim`, page)).status).toBe(403);
  });
});
