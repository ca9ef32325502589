/** HTTPS at the operators' port: real handshakes, whole and half. */
import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely, type SecureVersion, type TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DoorServer, startServer } from '../../src/door/server.ts';
import { type Certificate, certificate } from '../support/certificate.ts';
import { freePorts } from '../support/free-ports.ts';
import { keepReturning } from '../support/returning-peers.ts';
import { opsOptions } from './standing.ts';

const WITHOUT = 'openssl is not installed';
const host = '127.0.0.1';
/** Half a second each, and what a busy machine adds. */
const CUT_MS_MAX = 2500;
const pair = certificate();

async function startSecure(given: Certificate): Promise<{ port: number; server: DoorServer }> {
  const [port = 0] = await freePorts(1);
  return { port, server: await startServer(opsOptions({ port, pair: given })) };
}

/** The status, and the certificate that was shown; every certificate is trusted. */
function look(port: number): Promise<{ status: number | undefined; fingerprint: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined;
    fingerprint: string;
  }>();
  const asked = { host, port, path: '/healthz', agent: false, rejectUnauthorized: false };
  request(asked, (answer) => {
    const { fingerprint256: fingerprint } = (answer.socket as TLSSocket).getPeerCertificate();
    answer.resume().on('end', () => resolve({ status: answer.statusCode, fingerprint }));
  })
    .on('error', reject)
    .end();
  return promise;
}

function closed(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.resume().on('error', resolve).on('close', resolve));
}

describe('HTTPS', () => {
  test('serves, and plain HTTP on the same port gets no answer', async (ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    const { port } = await startSecure(pair);
    expect((await look(port)).status).toBe(200);
    const plain = connect(port, host);
    plain.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    let answer = '';
    plain.on('data', (part) => {
      answer += String(part);
    });
    await closed(plain);
    expect(answer).not.toContain('200 OK');
    expect((await look(port)).status).toBe(200);
  });

  test.for<[SecureVersion, boolean]>([
    ['TLSv1.1', false],
    ['TLSv1.2', true],
    ['TLSv1.3', true],
  ])('of %s is taken: %s', async ([version, isTaken], ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    const { port } = await startSecure(pair);
    const only = { minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' };
    const socket = connectSecurely({ host, port, rejectUnauthorized: false, ...only });
    const secured = new Promise((resolve) => {
      socket.on('secureConnect', () => resolve(true)).on('error', () => resolve(false));
    });
    expect(await secured).toBe(isTaken);
    socket.destroy();
  });

  test('shows another certificate once it is renewed, and open connections go on', async (ctx) => {
    const next = certificate('DNS:ops.example.com');
    if (pair === undefined || next === undefined) return ctx.skip(WITHOUT);
    const { port, server } = await startSecure(pair);
    const before = await look(port);
    server.renew(next);
    const after = await look(port);
    expect(after.status).toBe(200);
    expect(after.fingerprint).not.toBe(before.fingerprint);
  });

  test.for<[string, string]>([
    ['silent', ''],
    ['in the middle of its hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('P9: a handshake that is %s is cut off within a second', async ([, bytes], ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    const { port } = await startSecure(pair);
    const socket = connect(port, host);
    socket.write(bytes, 'latin1');
    const begun = performance.now();
    await closed(socket);
    expect(performance.now() - begun).toBeLessThan(CUT_MS_MAX);
  });

  test('P9: half handshakes by the hundred, sent again whenever they are cut, keep no probe out', async (ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    const { port } = await startSecure(pair);
    onTestFinished(keepReturning({ port, host, count: 300, greeting: '\x16\x03\x01' }));
    for (let count = 0; count < 30; count++) expect((await look(port)).status).toBe(200);
  });

  test('P9: half requests behind a handshake by the hundred keep no probe out', async (ctx) => {
    if (pair === undefined) return ctx.skip(WITHOUT);
    const { port } = await startSecure(pair);
    const sockets = Array.from({ length: 150 }, () => {
      const socket = connectSecurely({ host, port, rejectUnauthorized: false });
      socket.on('error', () => {});
      socket.write('GET /healthz HTTP/1.1\r\n');
      return socket.resume();
    });
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (let count = 0; count < 30; count++) expect((await look(port)).status).toBe(200);
  });
});
