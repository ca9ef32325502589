import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Certificate, certificate, trust } from '../../support/certificate.ts';
import { Asking, CREATE, eventually } from '../support/asking.ts';
import { ask, connectionTo } from '../support/carrier.ts';
import { answer, created, startRawNode } from '../support/raw-node.ts';

const NODE = fileURLToPath(new URL('../programs/tls-node.ts', import.meta.url));
const WITHOUT = 'openssl is not installed';

describe('nodes with TLS', () => {
  let pair: Certificate | undefined;
  beforeAll(() => {
    pair = certificate('IP:127.0.0.1,DNS:node.test');
  });

  test('one whose certificate is trusted answers, many times over one connection', async (ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    trust(pair);
    const node = await startRawNode(created, { tls: pair });
    const asking = new Asking(node.url, { connections: 1 });
    for (let count = 0; count < 5; count++) {
      expect(await asking.answerTo()).toEqual({ kind: 'applied', detail: '201 CREATED' });
    }
    expect(node.requests).toHaveLength(5);
    expect(node.connections).toHaveLength(1);
  });

  test('P1: nothing is sent to one with an untrusted certificate', async (ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    const node = await startRawNode(created, { tls: pair });
    const detail = expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/);
    expect(await new Asking(node.url).answerTo()).toEqual({ kind: 'unsent', detail: detail });
    expect(node.requests).toEqual([]);
  });

  test('P1: nor to one that has the trusted certificate of another', async (ctx) => {
    const other = certificate('DNS:other.test');
    if (other === undefined) return ctx.skip(WITHOUT);
    trust(other);
    const node = await startRawNode(created, { tls: other });
    const detail = expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await new Asking(node.url).answerTo()).toEqual({ kind: 'unsent', detail: detail });
    expect(node.requests).toEqual([]);
  });

  test('P4.2: one that does not speak TLS is sent nothing', async () => {
    const node = await startRawNode(() => {}, {
      onConnection: (socket) => socket.once('data', () => socket.end(answer('400 Bad Request'))),
    });
    const asking = new Asking(node.url.replace('http:', 'https:'));
    const detail = expect.stringContaining('ERR_SSL');
    expect(await asking.answerTo()).toEqual({ kind: 'unsent', detail: detail });
    expect(node.requests).toEqual([]);
  });

  test('P4.2: a request that went to one with TLS without it is lost', async (ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    const node = await startRawNode(created, { tls: pair });
    const asking = new Asking(node.url.replace('https:', 'http:'));
    expect(await asking.answerTo()).toMatchObject({ kind: 'lost' });
  });

  test('one that answers many at once keeps its connections', async (ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    trust(pair);
    // Elsewhere: its answers come while requests are on their way, as they do over a network.
    const child = spawn(process.execPath, [NODE], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, KEY: pair.key, CERT: pair.cert },
    });
    onTestFinished(() => void child.stdin.end());
    const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const connection = Array.from({ length: 16 }, () => connectionTo(`https://127.0.0.1:${port}`));
    const ways = new Set<string>();
    await Promise.all(
      connection.map(async (one) => {
        for (let count = 0; count < 40; count++) ways.add(String(await ask(one)));
      }),
    );
    expect(ways.size).toBe(16);
  });

  test('an answer larger than any record of TLS, in pieces, is one answer', async (ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    trust(pair);
    const groups = Array.from({ length: 1000 }, (_, index) => `ü ${index} ${'x'.repeat(200)}`);
    const body = JSON.stringify({ groups });
    const node = await startRawNode((socket) => socket.write(answer('200 OK', body)), {
      tls: pair,
    });
    const page = await new Asking(node.url).client.list('/group', 4_000_000);
    expect(page.body).toBe(body);
  });

  test('one that closes after each answer is asked over new connections', async (ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    trust(pair);
    const node = await startRawNode((socket) => socket.end(answer('201 Created', 'CREATED')), {
      tls: pair,
    });
    const asking = new Asking(node.url, { connections: 1 });
    for (let count = 0; count < 3; count++) {
      expect(await asking.answerTo()).toMatchObject({ kind: 'applied' });
      await eventually(() => node.connections[count]?.over);
    }
    expect(node.connections).toHaveLength(3);
  });

  test('an exchange that is given up is lost, and the next goes over a new connection', async (ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    trust(pair);
    const node = await startRawNode(
      (socket, { body }) =>
        void (body.includes('next') && socket.write(answer('201 Created', 'CREATED'))),
      { tls: pair },
    );
    const asking = new Asking(node.url, { connections: 1 });
    const asked = asking.ask();
    await eventually(() => node.requests.length);
    asked.abort();
    expect(await asked.answer).toEqual({ kind: 'lost', detail: 'given up' });
    const next = { ...CREATE, body: '{"groupId":"next"}' };
    expect(await asking.answerTo(next, 'next')).toMatchObject({ kind: 'applied' });
    expect(node.connections).toHaveLength(2);
    await eventually(() => node.connections[0]?.over);
  });
});
