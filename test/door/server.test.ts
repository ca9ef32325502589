/** The operators' port itself, on a real socket. */
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { DaemonStatus } from '../../src/door/daemon-status.ts';
import { startServer } from '../../src/door/server.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { freePorts } from '../support/free-ports.ts';
import { keepReturning } from '../support/returning-peers.ts';
import { HEALTHY, opsOptions } from './standing.ts';

/** A second, and what a busy machine adds. */
const CUT_MS_MAX = 2500;
const host = '127.0.0.1';
const noted = notedLog();
let port = 0;
let standing: DaemonStatus = HEALTHY;
const url = (path: string) => `http://${host}:${port}${path}`;

beforeAll(async () => {
  [port = 0] = await freePorts(1);
  await startServer(opsOptions({ port, status: () => standing, log: noted.log }));
});

describe("the operators' port", () => {
  test.each(['/healthz', '/readyz'])('%s says 200, or 503 and why', async (path) => {
    standing = HEALTHY;
    const well = await fetch(url(path));
    expect([well.status, await well.json()]).toEqual([200, { ok: true, reasons: [] }]);
    expect(well.headers.get('cache-control')).toBe('no-store');
    const [first, ...rest] = HEALTHY.threads;
    standing = { ...HEALTHY, threads: [{ ...first!, alive: false }, ...rest] };
    const ill = await fetch(url(path));
    expect([ill.status, await ill.json()]).toEqual([
      503,
      { ok: false, reasons: ['thread main is lost'] },
    ]);
  });

  test('/metrics is what Prometheus reads', async () => {
    const answer = await fetch(url('/metrics'));
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toContain('# TYPE lockstep_command_duration_seconds histogram');
  });

  test('P9, P10: requests that fail for an error of the daemon are one error of the log in ten seconds, with their count', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const [own = 0] = await freePorts(1);
    const { log, lines } = notedLog();
    const failing = () => {
      throw new Error('not as it should be');
    };
    const server = await startServer(opsOptions({ port: own, status: failing, log }));
    onTestFinished(() => server.close());
    const ask = async () => (await fetch(`http://${host}:${own}/healthz`)).status;
    for (let request = 0; request < 20; request++) expect(await ask()).toBe(500);
    vi.advanceTimersByTime(10_000);
    expect(await ask()).toBe(500);
    const errors = lines.filter(({ level }) => level === 'error');
    expect(errors).toMatchObject([{ fields: { count: 1 } }, { fields: { count: 20 } }]);
    // Another error among them is not lost.
    expect(lines.filter(({ level }) => level === 'debug')).toHaveLength(19);
  });

  test('HEAD does for a probe', async () => {
    standing = HEALTHY;
    expect((await fetch(url('/healthz'), { method: 'HEAD' })).status).toBe(200);
  });

  test('P10: anything else is 404, and what has a body is refused', async () => {
    expect((await fetch(url('/'))).status).toBe(404);
    expect((await fetch(url('/healthz'), { method: 'DELETE' })).status).toBe(405);
    const posted = await fetch(url('/healthz'), { method: 'POST', body: 'x'.repeat(100_000) });
    expect(posted.status).toBeGreaterThanOrEqual(400);
  });

  test('P9: a request that never ends is cut off within a second, silent or a byte at a time', async () => {
    for (const drip of ['', 'x']) {
      const socket = connect(port, host);
      socket.write('GET /healthz HTTP/1.1\r\nHost: here\r\n');
      const begun = performance.now();
      const dripping = setInterval(() => drip !== '' && socket.write(drip), 100);
      await closed(socket);
      clearInterval(dripping);
      expect(performance.now() - begun).toBeLessThan(CUT_MS_MAX);
    }
  });

  test('P9: a connection that says nothing is cut off within seconds', { timeout: 20_000 }, () =>
    closed(connect(port, host)),
  );

  test('P9: half requests by the hundred, sent again whenever they are cut, keep no probe out', async () => {
    standing = HEALTHY;
    const stop = keepReturning({ port, host, count: 300, greeting: 'GET /healthz HTTP/1.1\r\n' });
    onTestFinished(stop);
    for (let count = 0; count < 50; count++) {
      expect((await fetch(url('/healthz'), { headers: { connection: 'close' } })).status).toBe(200);
    }
  });

  test('P9: half bodies by the hundred, to the path that is open to everybody, keep no probe out', async () => {
    standing = HEALTHY;
    const head = 'POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    const greeting = `${head}Content-Length: 100\r\n\r\n{`;
    onTestFinished(keepReturning({ port, host, count: 400, greeting }));
    for (let count = 0; count < 15; count++) {
      expect((await fetch(url('/healthz'), { headers: { connection: 'close' } })).status).toBe(200);
    }
  });

  test('P10: a client that leaves in the middle of its body is no fault of the daemon', async () => {
    const before = noted.lines.length;
    const socket = connect(port, host);
    socket.write('POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n');
    socket.write('Content-Length: 100\r\n\r\n{', () => socket.destroy());
    await closed(socket);
    expect((await fetch(url('/healthz'))).status).toBe(200);
    expect(noted.lines.slice(before)).toEqual([]);
  });

  test('P10: nonsense has no effect on others', async () => {
    const socket = connect(port, host);
    socket.end('\0\0\0 nonsense\r\n\r\n');
    await closed(socket);
    expect((await fetch(url('/healthz'))).status).toBe(200);
  });

  test('a port that is taken is an error, for its caller to name', async () => {
    await expect(startServer(opsOptions({ port }))).rejects.toThrow('EADDRINUSE');
  });

  test('a hundred probes at once are answered', async () => {
    const probe = async () =>
      new Promise<number | undefined>((resolve, reject) => {
        request(url('/healthz'), (answer) => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end();
      });
    const codes = await Promise.all(Array.from({ length: 100 }, probe));
    expect(new Set(codes)).toEqual(new Set([200]));
  });
});

function closed(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.resume().on('error', resolve).on('close', resolve));
}
