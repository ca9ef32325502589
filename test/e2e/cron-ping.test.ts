/**
 * The ping that proves from outside that machine, cron and daemon work
 * (supervisor/healthcheck-ping), called directly; failures/cron.test.ts runs it from Debian's real
 * cron.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startReceiver } from '../observe/support/http-receiver.ts';
import { type Cluster, shareCluster } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';
import { freePorts } from '../support/free-ports.ts';
import { tempFolder } from '../support/temp-folder.ts';

const PING = resolve(import.meta.dirname, '../../supervisor/healthcheck-ping');
const HEALTHY = resolve(import.meta.dirname, '../../supervisor/healthy');
const ENTRYPOINT = resolve(import.meta.dirname, '../../supervisor/entrypoint');

const [opsPort = 0, deadPort = 0] = await freePorts(2);
const cluster: Cluster = shareCluster({ env: { LOCKSTEP_OPS_PORT: String(opsPort) } });

function folder(): string {
  const made = tempFolder();
  return made;
}

/** A file of settings, as the container's entrypoint writes it. */
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

  it('reports host and uptime while the daemon is well', async () => {
    const receiver = await startReceiver();
    const url = `${receiver.url}/uuid`;
    const file = settingsFile({ HC_PING_URL: url, LOCKSTEP_OPS_PORT: opsPort });
    expect(await ping(file)).toEqual({ code: 0, output: '' });
    expect(receiver.received).toMatchObject([{ method: 'POST', url: '/uuid' }]);
    expect(receiver.received[0]?.body).toMatch(/^\S+ up \d+ s, load [\d.]+ [\d.]+ [\d.]+$/);
    expect(receiver.received[0]?.body.startsWith(`${hostname()} `)).toBe(true);
  });

  it('asks the daemon itself, whatever proxy or service link stands in the environment', async () => {
    const dead = `http://127.0.0.1:${deadPort}`;
    const env = {
      PATH: process.env['PATH'],
      http_proxy: dead,
      all_proxy: dead,
      ALL_PROXY: dead,
      LOCKSTEP_DATA_DIR: cluster.daemon.dataDir,
      LOCKSTEP_OPS_PORT: 'tcp://10.96.7.13:5580',
    };
    const child = spawn(HEALTHY, { env, stdio: 'ignore' });
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('finds the daemon by its data folder alone, wherever its port was set', async () => {
    const receiver = await startReceiver();
    const dataDir = folder();
    await using daemon = await startDaemon({ nodes: cluster.sim.nodes, dataDir });
    const file = settingsFile({ HC_PING_URL: receiver.url, LOCKSTEP_DATA_DIR: dataDir });
    expect(await ping(file)).toEqual({ code: 0, output: '' });
    await daemon.stop();
    expect((await ping(file)).code).toBe(0);
    expect(receiver.received.map(({ url }) => url)).toEqual(['/', '/fail']);
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

  it('a URL that is none ends the start of the container with 78, by its name', () => {
    const env = { PATH: process.env['PATH'], HC_PING_URL: 'hc-ping.com/uuid' };
    const { status, stderr } = spawnSync(ENTRYPOINT, ['lockstepd'], { env, encoding: 'utf8' });
    expect(stderr).toBe('entrypoint: HC_PING_URL is not a URL of http or https\n');
    expect(status).toBe(78);
  });

  it('P10: a watcher that refuses the ping is reported, and shows in the exit code', async () => {
    const receiver = await startReceiver({ status: 404 });
    const file = settingsFile({ HC_PING_URL: receiver.url, LOCKSTEP_OPS_PORT: opsPort });
    const { code, output } = await ping(file);
    expect(output).toContain('returned error: 404');
    expect(code).not.toBe(0);
  });
});
