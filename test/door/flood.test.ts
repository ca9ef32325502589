/** P9: the operators' port under floods of requests that it refuses. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../src/door/server.ts';
import { knownClient } from '../clients/support.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { freePorts } from '../support/free-ports.ts';
import { rawHttp, requestLines } from '../support/raw-http.ts';
import { opsOptions } from './standing.ts';

const OWN = 'Host: 127.0.0.1';
const noted = notedLog();
let port = 0;

beforeAll(async () => {
  [port = 0] = await freePorts(1);
  await startServer(opsOptions({ port, log: noted.log }));
});

const call = (target: string) => rawHttp({ port }, requestLines(target, [OWN]));

describe('P9: a flood', () => {
  test('of ten thousand wrong tokens leaves health an answer within a second, and the log two lines', async () => {
    const before = noted.lines.length;
    const counted = await refusedOfToken();
    const flood = Promise.all(Array.from({ length: 50 }, () => sendWrongTokens(200)));
    expect(await slowestHealthMs(flood)).toBeLessThan(1000);
    expect(await refusedOfToken()).toBe(counted + 10_000);
    expect(noted.lines.length - before).toBeLessThanOrEqual(2);
  });

  test.each([
    ['', [OWN]],
    [' without Host', []],
    [' that expect what the server does not know', [OWN, 'Expect: x']],
    [' that wait for a word before their body', [OWN, 'Expect: 100-continue']],
  ])('of requests%s in one packet: no second one is run', async (_, headers) => {
    const request = ['GET /healthz HTTP/1.1', ...headers, '', ''].join('\r\n');
    const flood = Promise.all(
      Array.from({ length: 100 }, () => closedBehind(request.repeat(2000))),
    );
    expect(await slowestHealthMs(flood)).toBeLessThan(1000);
    for (const text of await flood)
      expect(text.match(/^HTTP\/1.1 [2-5]/gm)?.length ?? 0).toBeLessThanOrEqual(1);
  });

  test('of requests one after the other on one connection is served', async () => {
    const socket = connect({ host: '127.0.0.1', port }).setEncoding('latin1');
    onTestFinished(() => void socket.destroy());
    for (let count = 0; count < 100; count++) {
      socket.write(['GET /healthz HTTP/1.1', OWN, '', ''].join('\r\n'));
      const [text] = (await once(socket, 'data')) as [string];
      expect(text).toMatch(/^HTTP\/1.1 200/);
    }
  });
});

/** Of health checks one after the other, until the flood is over. */
async function slowestHealthMs(flood: Promise<unknown>): Promise<number> {
  let isOver = false;
  void flood.finally(() => {
    isOver = true;
  });
  let slowestMs = 0;
  while (!isOver) {
    const begun = performance.now();
    expect((await call('/healthz')).status).toBe(200);
    slowestMs = Math.max(slowestMs, performance.now() - begun);
  }
  return slowestMs;
}

async function refusedOfToken(): Promise<number> {
  const { body } = await call('/metrics');
  return Number(/lockstep_http_refused_total\{reason="token"\} (\d+)/.exec(body)?.[1]);
}

/** One after the other on one connection. */
function sendWrongTokens(count: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: '127.0.0.1', port }).setEncoding('latin1');
  const lines = [
    'GET /v1/status HTTP/1.1',
    OWN,
    `Authorization: Bearer ${knownClient('x', 'read').token}`,
    '',
    '',
  ];
  const send = () => socket.write(lines.join('\r\n'));
  let answered = 0;
  socket.on('data', (text: string) => {
    answered += text.split('HTTP/1.1 401').length - 1;
    if (answered < count) return void send();
    socket.destroy();
    return resolve();
  });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error(`${answered} of ${count} were answered`)));
  send();
  return promise;
}

/** Everything that was answered until the server closed the connection. */
function closedBehind(text: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host: '127.0.0.1', port }).setEncoding('latin1');
  let answered = '';
  socket.on('data', (part: string) => {
    answered += part;
  });
  socket.on('error', () => {});
  socket.on('close', () => resolve(answered));
  socket.write(text);
  return promise;
}
