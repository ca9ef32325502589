/** Against real ports: closed, silent, unhealthy, and open at last. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { passStartGate } from '../../src/lifecycle/guards/start-gate.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { freePorts } from '../support/free-ports.ts';

function gate(address: string, timeoutMs = 60_000) {
  const { log, messages: lines } = notedLog();
  const stop = new AbortController();
  return { lines, stop, passed: passStartGate({ address, timeoutMs, log, stop: stop.signal }) };
}

async function serve(answers: RequestListener): Promise<string> {
  const server = createServer(answers).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ready`;
}

async function closedPort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

describe('the start gate', () => {
  test('M3: the query of its address, which may be a token, is in no line', async () => {
    const url = await serve((_, response) => response.writeHead(503).end());
    const { lines, passed } = gate(`${url}?token=verysecret`, 300);
    expect((await passed)?.message).toContain('/ready?*** did not answer within 300 ms');
    expect(lines.join()).toContain('waiting for http://');
    expect(lines.join() + JSON.stringify(await passed)).not.toContain('verysecret');
  });

  test('a port that comes up later is waited for, and it is said once what for', async () => {
    const port = await closedPort();
    const { lines, passed } = gate(`tcp://127.0.0.1:${port}`);
    await expect.poll(() => lines).toHaveLength(1);
    const server = createTcpServer().listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    expect(await passed).toBeUndefined();
    expect(lines).toEqual([
      `waiting for tcp://127.0.0.1:${port} before any work begins`,
      `tcp://127.0.0.1:${port} answers`,
    ]);
  });

  test('of a URL only 2xx counts, and a redirect leads nowhere', async () => {
    const statuses = [503, 404, 302, 204];
    const url = await serve((_, response) => {
      response.writeHead(statuses.shift() ?? 500, { location: '/elsewhere' }).end();
    });
    expect(await gate(url).passed).toBeUndefined();
    expect(statuses).toEqual([]);
  });

  test('P9: in the end it says what did not answer, and why', async () => {
    const port = await closedPort();
    expect(await gate(`tcp://127.0.0.1:${port}`, 1).passed).toEqual({
      message: `tcp://127.0.0.1:${port} did not answer within 1 ms: ECONNREFUSED`,
      hint: 'Start it, or correct LOCKSTEP_START_GATE; the supervisor tries again.',
    });
  });

  test('P9: one that takes the call and never answers is no answer', async () => {
    const url = await serve(() => {});
    expect(await gate(url, 1).passed).toMatchObject({
      message: `${url} did not answer within 1 ms: no answer in 2000 ms`,
    });
  });

  test.each([
    ['during a try', async () => serve(() => {})],
    ['between two', async () => `tcp://127.0.0.1:${await closedPort()}`],
  ])('P9: a stop %s ends the wait', async (_, addressOf) => {
    const { stop, passed } = gate(await addressOf());
    const begun = performance.now();
    setImmediate(() => stop.abort());
    expect(await passed).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(1500);
  });
});
