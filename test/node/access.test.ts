/** The settings of a node besides its address, over real sockets. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { NodeAccess } from '../../src/node/access/access.ts';
import { Credentials } from '../../src/node/access/credentials.ts';
import { certificate } from '../support/certificate.ts';
import { Asking, CREATE, READ } from './support/asking.ts';
import { answer, created, startRawNode } from './support/raw-node.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'lockstep-access-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function secretFile(path: string, text: string): string {
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

async function headOf(access: Partial<NodeAccess>, env = {}): Promise<string> {
  const node = await startRawNode(created);
  const asking = new Asking(node.url, { ...access, env });
  expect(await asking.answerTo()).toMatchObject({ kind: 'applied' });
  return node.requests[0]?.head ?? '';
}

describe('headers, query and credentials', () => {
  test('headers stand in every call, and are stronger than the dialect’s', async () => {
    const headers = { 'X-Tenant': 'blue', Node: 'other', 'X-Key': 'k-${env:KEY}' };
    const head = await headOf({ headers }, { KEY: 'secret' });
    expect(head).toContain('\r\nx-tenant: blue\r\n');
    expect(head).toContain('\r\nx-key: k-secret\r\n');
    expect(head.match(/\r\nnode: .*/g)).toEqual(['\r\nnode: other']);
  });

  test('a query is added to each path, encoded', async () => {
    const query = { tenant: 'a b&c', key: '${env:KEY}' };
    const head = await headOf({ query }, { KEY: 'x/y' });
    expect(head).toContain('POST /v1/group?tenant=a%20b%26c&key=x%2Fy HTTP/1.1\r\n');
  });

  test.each([
    [{ bearer: '${env:S}' }, 'authorization: Bearer s3cret'],
    [{ basic: { user: 'u', password: '${env:S}' } }, 'authorization: Basic dTpzM2NyZXQ='],
    [{ header: { name: 'X-API-Key', value: '${env:S}' } }, 'x-api-key: s3cret'],
  ])('%j is sent as %s', async (auth, line) => {
    expect(await headOf({ auth }, { S: 's3cret' })).toContain(`\r\n${line}\r\n`);
  });

  test('P10: a secret that a node repeats is not shown', async () => {
    const node = await startRawNode((socket, { head }) =>
      socket.write(answer('403 Forbidden', `no access with ${head}`)),
    );
    const auth = { basic: { user: 'u', password: '${env:S}' } };
    const { detail: said } = await new Asking(node.url, { auth, env: { S: 's3cret' } }).answerTo();
    expect(said).toContain('authorization: Basic ***');
    expect(said).not.toMatch(/s3cret|dTpzM2NyZXQ=/);
  });

  test.each([
    ['where the text is cut', (secret: string) => `${'x'.repeat(190)}${secret}`],
    ['beyond what is shown at all', (secret: string) => `${'\n'.repeat(395)}${secret}`],
    ['in JSON that is not understood', (secret: string) => JSON.stringify({ detail: secret })],
    ['in the message of an error', (secret: string) => JSON.stringify({ message: secret })],
  ])('P10: not a part of a secret is shown %s', async (_, echo) => {
    const S = 'half "a" secret\\';
    const node = await startRawNode((socket) => socket.write(answer('403 Forbidden', echo(S))));
    const { detail } = await new Asking(node.url, {
      auth: { bearer: '${env:S}' },
      env: { S },
    }).answerTo();
    expect(detail).toContain('403 ');
    expect(detail).not.toContain('half');
  });
});

describe('a secret that changes', () => {
  /** A node that accepts this token and answers 401 to every other. */
  async function strictNode(token: () => string) {
    return startRawNode((socket, { head }) =>
      socket.write(
        head.includes(`authorization: Bearer ${token()}\r\n`)
          ? answer('201 Created', 'CREATED')
          : answer('401 Unauthorized', 'no'),
      ),
    );
  }

  test('P1: at a 401 the file is read once more: the request did nothing and is asked again', async () => {
    let token = 'first';
    const file = secretFile(join(folder(), 'token'), 'first\n');
    const node = await strictNode(() => token);
    const asking = new Asking(node.url, { auth: { bearer: `\${file:${file}}` } });
    expect(await asking.answerTo()).toMatchObject({ kind: 'applied' });
    token = 'second';
    expect(await asking.answerTo()).toEqual({ kind: 'refused', detail: '401 no' });
    secretFile(file, 'second');
    // All requests with the old secret get the same result, however many they are.
    const renewed = { kind: 'unsent', detail: '401, and the credentials have changed since' };
    const both = () => Promise.all([asking.answerTo(), asking.answerTo()]);
    await expect.poll(both, { interval: 10 }).toEqual([renewed, renewed]);
    expect(await asking.answerTo()).toMatchObject({ kind: 'applied' });
  });

  test('P9: the files are looked at ten times a second at most, however many are refused', () => {
    const file = secretFile(join(folder(), 'token'), 'first');
    let now = 0;
    const access = { name: 'east', url: 'http://east', auth: { bearer: `\${file:${file}}` } };
    const options = { env: {}, onTrouble: () => expect.unreachable(), now: () => now };
    const credentials = new Credentials(access, options);
    const token = () => credentials.presented.headers.get('authorization');
    expect(credentials.isRenewed(0)).toBe(false);
    secretFile(file, 'second');
    now = 99;
    expect(credentials.isRenewed(0)).toBe(false);
    expect(token()).toBe('Bearer first');
    now = 100;
    expect(credentials.isRenewed(0)).toBe(true);
    expect(token()).toBe('Bearer second');
    // Sent before, and answered later: no further check is needed.
    secretFile(file, 'third');
    expect(credentials.isRenewed(0)).toBe(true);
    expect(token()).toBe('Bearer second');
  });

  test('a file that changes is read again by itself', async () => {
    const file = secretFile(join(folder(), 'token'), 'first');
    const node = await startRawNode(created);
    const asking = new Asking(node.url, { auth: { bearer: `\${file:${file}}` } });
    await asking.answerTo();
    secretFile(file, 'second');
    const latest = async () => {
      await asking.answerTo();
      return node.requests.at(-1)?.head;
    };
    await expect.poll(latest, { timeout: 10_000 }).toContain('authorization: Bearer second');
  });

  test('P10: one that is gone leaves what was read before, and is reported once', async () => {
    const file = secretFile(join(folder(), 'token'), 'first');
    const node = await startRawNode((socket) => socket.write(answer('401 Unauthorized', 'no')));
    const sent: string[] = [];
    const auth = { bearer: `\${file:${file}}` };
    const onTrouble = ({ place, message }: { place: string; message: string }) =>
      sent.push(`${place} ${message}`);
    const asking = new Asking(node.url, { auth, onTrouble });
    rmSync(file);
    for (let count = 0; count < 3; count++) {
      expect(await asking.answerTo(READ)).toEqual({ kind: 'refused', detail: '401 no' });
    }
    expect(sent).toEqual([`auth.bearer names the file ${file}, which can't be read: ENOENT`]);
    expect(node.requests.at(-1)?.head).toContain('authorization: Bearer first');
  });
});

test('a node at a unix socket is called there, and its URL only names it', async () => {
  const socket = join(folder(), 'node.sock');
  const seen: string[] = [];
  const server = createServer(({ method, url, headers }, response) => {
    seen.push(`${method} ${url} ${headers.host}`);
    response.writeHead(201).end('CREATED');
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const asking = new Asking('http://localhost/v1', { socket, connections: 1 });
  for (let count = 0; count < 3; count++) {
    expect(await asking.answerTo()).toEqual({ kind: 'applied', detail: '201 CREATED' });
  }
  expect(seen).toEqual(Array(3).fill('POST /v1/group localhost'));
  server.closeAllConnections();
  server.close();
  const gone = new Asking('http://localhost/v1', { socket: `${socket}.none` });
  expect(await gone.answerTo()).toMatchObject({
    kind: 'unsent',
    detail: expect.stringContaining('ENOENT'),
  });
});

test('P1: a node with a private authority that wants a certificate is shown ours, by its own name', async (ctx) => {
  const theirs = certificate('DNS:node.internal');
  const ours = certificate('DNS:lockstep');
  if (theirs === undefined || ours === undefined) return ctx.skip('openssl is not installed');
  const path = folder();
  writeFileSync(join(path, 'ca'), theirs.cert);
  writeFileSync(join(path, 'cert'), ours.cert);
  secretFile(join(path, 'key'), ours.key);
  const options = { ...theirs, ca: ours.cert, requestCert: true, rejectUnauthorized: true };
  const server = createSecureServer(options, (_, response) => {
    response.writeHead(201).end('CREATED');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const tls = {
    ca: join(path, 'ca'),
    cert: join(path, 'cert'),
    key: join(path, 'key'),
    serverName: 'node.internal',
  };
  const kindWith = async (access: Partial<NodeAccess>) =>
    (await new Asking(url, access).answerTo(CREATE)).kind;
  expect(await kindWith({ tls })).toBe('applied');
  const { cert: _, key: _key, ...without } = tls;
  expect(await kindWith({ tls: without })).not.toBe('applied');
  const { ca: _ca, ...untrusted } = tls;
  expect(await kindWith({ tls: untrusted })).toBe('unsent');
  const { serverName: _name, ...unnamed } = tls;
  expect(await kindWith({ tls: unnamed })).toBe('unsent');
});
