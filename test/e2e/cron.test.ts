/**
 * The ping that proves from outside that machine, cron and daemon live (supervisor/healthcheck-ping):
 * by itself, and from Debian's real cron. That cron runs in a mount namespace of its own, where it
 * sees no crontab but the test's; cron knows no other way to be given a private folder.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startReceiver } from '../observe/support/http-receiver.ts';
import { type Cluster, shareCluster } from '../support/cluster.ts';
import { freePorts } from '../support/free-ports.ts';

const PING = resolve(import.meta.dirname, '../../supervisor/healthcheck-ping');
/** cron looks at the beginning of each minute. */
const TICK_MS_MAX = 75_000;
const CRON = `
  mount --bind "$1/cron.d" /etc/cron.d
  mount --bind "$1/spool" /var/spool/cron/crontabs
  if [ -e /etc/crontab ]; then mount --bind /dev/null /etc/crontab; fi
  mount -t tmpfs tmpfs /run
  exec cron -f -L 0`;

const [opsPort = 0, deadPort = 0] = await freePorts(2);
const cluster: Cluster = shareCluster({ env: { LOCKSTEP_OPS_PORT: String(opsPort) } });
let noCron: string | undefined;

beforeAll(() => {
  noCron = obstacleToCron();
});

function obstacleToCron(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can run cron';
  const missing = ['cron', 'curl', 'unshare'].filter(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  );
  if (missing.length > 0) return `not installed here: ${missing.join(', ')}`;
  const mount = ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/run'];
  return spawnSync('unshare', mount).status === 0 ? undefined : 'no mount namespaces here';
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'lockstep-cron-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A file of settings as the container's entrypoint writes it. */
function settingsFile(values: Readonly<Record<string, string | number>>): string {
  const file = join(folder(), 'cron.env');
  const lines = Object.entries(values).map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600 });
  return file;
}

async function ping(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(PING, args, { env: { PATH: process.env['PATH'] } });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [[code], out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, output: out + err };
}

describe('the ping', () => {
  beforeEach((ctx) => {
    ctx.skip(spawnSync('curl', ['--version']).status !== 0, 'curl is not installed here');
  });

  it('tells host and uptime while the daemon is well', async () => {
    const receiver = await startReceiver();
    const url = `${receiver.url}/uuid`;
    const file = settingsFile({ HC_PING_URL: url, LOCKSTEP_OPS_PORT: opsPort });
    expect(await ping(file)).toEqual({ code: 0, output: '' });
    expect(receiver.received).toMatchObject([{ method: 'POST', url: '/uuid' }]);
    expect(receiver.received[0]?.body).toMatch(/^\S+ up \d+ s, load [\d.]+ [\d.]+ [\d.]+$/);
    expect(receiver.received[0]?.body.startsWith(`${hostname()} `)).toBe(true);
  });

  it('does nothing at all without HC_PING_URL', async () => {
    expect(await ping()).toEqual({ code: 0, output: '' });
    expect(await ping(settingsFile({ HC_PING_URL: '' }))).toEqual({ code: 0, output: '' });
  });

  it('says /fail where nothing listens, before the query of the URL', async () => {
    const receiver = await startReceiver();
    const url = `${receiver.url}/key/slug?create=1&x=it`;
    const { code, output } = await ping(
      settingsFile({ HC_PING_URL: url, LOCKSTEP_OPS_PORT: deadPort }),
    );
    expect(output).toContain(`Failed to connect to 127.0.0.1 port ${deadPort}`);
    expect(code).toBe(0);
    expect(receiver.received).toMatchObject([{ url: '/key/slug/fail?create=1&x=it' }]);
  });

  it('P9: says /fail of a daemon that hangs, in bounded time', async () => {
    const receiver = await startReceiver();
    const file = settingsFile({ HC_PING_URL: receiver.url, LOCKSTEP_OPS_PORT: opsPort });
    process.kill(cluster.daemon.pid, 'SIGSTOP');
    onTestFinished(() => void process.kill(cluster.daemon.pid, 'SIGCONT'));
    const begun = performance.now();
    expect((await ping(file)).code).toBe(0);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(receiver.received).toMatchObject([{ url: '/fail' }]);
  });

  it('P10: a watcher that refuses the ping is told, and shows in the exit code', async () => {
    const receiver = await startReceiver({ status: 404 });
    const file = settingsFile({ HC_PING_URL: receiver.url, LOCKSTEP_OPS_PORT: opsPort });
    const { code, output } = await ping(file);
    expect(output).toContain('returned error: 404');
    expect(code).not.toBe(0);
  });
});

describe('cron', () => {
  it('pings of itself: well where the daemon is, /fail where it is not', async (ctx) => {
    if (noCron !== undefined) return ctx.skip(noCron);
    const receiver = await startReceiver();
    const jobs = { well: opsPort, ill: deadPort };
    const lines = Object.entries(jobs).map(([name, port]) => {
      const url = `${receiver.url}/${name}`;
      const file = settingsFile({ HC_PING_URL: url, LOCKSTEP_OPS_PORT: port });
      return `* * * * * root ${PING} ${file} >/dev/null 2>&1\n`;
    });
    startCron(['SHELL=/bin/sh\n', 'MAILTO=""\n', ...lines].join(''));
    await vi.waitUntil(() => receiver.received.length >= 2, { timeout: TICK_MS_MAX });
    expect(receiver.received.map(({ url }) => url).sort()).toEqual(['/ill/fail', '/well']);
  }, 120_000);
});

/** It ends with the test. */
function startCron(crontab: string): void {
  const root = folder();
  for (const name of ['cron.d', 'spool']) mkdirSync(join(root, name), { mode: 0o755 });
  const file = join(root, 'cron.d', 'lockstep');
  writeFileSync(file, crontab);
  chmodSync(file, 0o644);
  const words = ['--mount', '--propagation', 'private', 'sh', '-ec', CRON, 'cron', root];
  const child = spawn('unshare', words, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
}
