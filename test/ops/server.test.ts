/** The operators' port itself, on a real socket. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DaemonStatus } from '../../src/ops/daemon-status.ts';
import { startOps } from '../../src/ops/server.ts';
import { freePorts } from '../support/free-ports.ts';
import { HEALTHY } from './standing.ts';

const host = '127.0.0.1';
let port = 0;
let standing: DaemonStatus = HEALTHY;
const url = (path: string) => `http://${host}:${port}${path}`;

beforeAll(async () => {
  [port = 0] = await freePorts(1);
  await startOps({ host, port, status: () => standing });
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

  test('HEAD does for a probe', async () => {
    standing = HEALTHY;
    expect((await fetch(url('/healthz'), { method: 'HEAD' })).status).toBe(200);
  });

  test('P10: anything else is 404, and what has a body is refused', async () => {
    expect((await fetch(url('/'))).status).toBe(404);
    expect((await fetch(url('/healthz'), { method: 'DELETE' })).status).toBe(404);
    const posted = await fetch(url('/healthz'), { method: 'POST', body: 'x'.repeat(100_000) });
    expect(posted.status).toBeGreaterThanOrEqual(400);
  });

  test('P9: a request that never ends is cut off', { timeout: 60_000 }, async () => {
    const socket = connect(port, host);
    socket.write('GET /healthz HTTP/1.1\r\nHost: here\r\n');
    await new Promise((resolve) => socket.resume().on('error', resolve).on('close', resolve));
  });

  test('P10: nonsense hurts nobody', async () => {
    const socket = connect(port, host);
    socket.end('\0\0\0 nonsense\r\n\r\n');
    await new Promise((resolve) => socket.resume().on('error', resolve).on('close', resolve));
    expect((await fetch(url('/healthz'))).status).toBe(200);
  });

  test('a port that is taken is an error, for its caller to name', async () => {
    await expect(startOps({ host, port, status: () => standing })).rejects.toThrow('EADDRINUSE');
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
