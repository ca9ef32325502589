/** The operators' port of the real daemon with a certificate, and the programs that look at it. */
import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { askOwnServer } from '../../src/cli/doctor/ops/own-server.ts';
import { type Certificate, certificate } from '../support/certificate.ts';
import { type Daemon, prepareDaemon } from '../support/daemon.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const WITHOUT = 'openssl is not installed';
const HEALTHY = join(import.meta.dirname, '../../supervisor/healthy');
const execute = promisify(execFile);
const first = certificate('DNS:ops.example.com');
const second = certificate('DNS:ops.example.com');

function write(folder: string, { cert, key }: Certificate): void {
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
}

async function prepareSecure(pair: Certificate) {
  const folder = tempFolder();
  write(folder, pair);
  const env = {
    LOCKSTEP_OPS_TLS_CERT: join(folder, 'cert.pem'),
    LOCKSTEP_OPS_TLS_KEY: join(folder, 'key.pem'),
  };
  const daemon = await prepareDaemon({ nodes: 'node01=http://127.0.0.1:9/v1', env });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const url = daemon.opsUrl.replace('http:', 'https:');
  return { folder, env, daemon, url };
}

async function shown(url: string): Promise<string | undefined> {
  const reply = await askOwnServer(`${url}/healthz`, 5000);
  return reply.kind === 'answered' ? reply.certificate : reply.why;
}

function isHealthy(daemon: Daemon, env: Readonly<Record<string, string>>): Promise<boolean> {
  const whole = { PATH: process.env['PATH'] ?? '', LOCKSTEP_DATA_DIR: daemon.dataDir, ...env };
  return execute(HEALTHY, [], { env: whole }).then(
    () => true,
    () => false,
  );
}

async function doctor(daemon: Daemon, env: Readonly<Record<string, string>>) {
  const settings = {
    LOCKSTEP_NODES: 'node01=http://127.0.0.1:9/v1',
    LOCKSTEP_DATA_DIR: daemon.dataDir,
    LOCKSTEP_ENDPOINT: daemon.endpoint,
    LOCKSTEP_EVENTS_ENDPOINT: daemon.eventsEndpoint,
    LOCKSTEP_OPS_PORT: new URL(daemon.opsUrl).port,
    ...env,
  };
  const { stdout } = await runCli(['doctor', '--json', '--timeout', '20s'], { env: settings });
  const { findings } = JSON.parse(stdout) as { findings: { check: string; message: string }[] };
  return findings.filter(({ check }) => check === 'operators');
}

describe("the operators' port with a certificate", () => {
  test('speaks HTTPS; healthy and doctor find it', { timeout: 60_000 }, async (ctx) => {
    if (first === undefined) return ctx.skip(WITHOUT);
    const { daemon, env, url } = await prepareSecure(first);
    await daemon.restart();
    expect(readFileSync(join(daemon.dataDir, 'ops-url'), 'utf8')).toBe(`${url}\n`);
    expect(daemon.output).toContain(`ops=${url}`);
    const port = new URL(url).port;
    expect(await isHealthy(daemon, {})).toBe(true);
    expect(await isHealthy(daemon, { ...env, LOCKSTEP_OPS_PORT: port })).toBe(true);
    // As where only the configuration file names the certificate.
    expect(await isHealthy(daemon, { LOCKSTEP_OPS_PORT: port })).toBe(true);
    const found = await doctor(daemon, env);
    expect(found.map(({ message }) => message)).toEqual([
      `${url}/healthz answers 200`,
      `${url}/readyz answers 200`,
      // That of the tests is valid for two days.
      expect.stringMatching(/^the certificate expires soon \(/),
    ]);
    await daemon.stop();
    expect(await isHealthy(daemon, { LOCKSTEP_OPS_PORT: port })).toBe(false);
  });

  test('takes a renewed certificate without a restart; files that do not fit change nothing', async (ctx) => {
    if (first === undefined || second === undefined) return ctx.skip(WITHOUT);
    const { folder, daemon, url } = await prepareSecure(first);
    await daemon.restart();
    const before = await shown(url);
    // The certificate is replaced before its key, as programs that renew certificates do.
    writeFileSync(join(folder, 'cert.pem'), second.cert);
    await vi.waitUntil(() => daemon.output.includes('do not belong together'), 10_000);
    expect(await shown(url)).toBe(before);
    writeFileSync(join(folder, 'key.pem'), second.key);
    await vi.waitUntil(async () => (await shown(url)) !== before, 10_000);
    expect(daemon.output).toContain('was read again');
    expect(daemon.alive).toBe(true);
  });

  test('does not start with files that cannot be used: 78, and the setting is named', async (ctx) => {
    if (first === undefined || second === undefined) return ctx.skip(WITHOUT);
    const { folder, daemon } = await prepareSecure(first);
    const cases: readonly (readonly [() => void, string])[] = [
      [
        () => writeFileSync(join(folder, 'key.pem'), second.key),
        'LOCKSTEP_OPS_TLS_CERT names a cert and a key',
      ],
      [
        () => writeFileSync(join(folder, 'key.pem'), 'no key'),
        'LOCKSTEP_OPS_TLS_KEY names the file',
      ],
      [() => chmodSync(join(folder, 'key.pem'), 0o644), 'which all users of this machine can read'],
      [() => writeFileSync(join(folder, 'cert.pem'), ''), 'LOCKSTEP_OPS_TLS_CERT names the file'],
    ];
    for (const [spoil, text] of cases) {
      write(folder, first);
      chmodSync(join(folder, 'key.pem'), 0o600);
      spoil();
      await expect(daemon.restart()).rejects.toThrow('ended with 78');
      expect(daemon.output).toContain(text);
      expect(daemon.output).not.toContain('PRIVATE KEY');
    }
  });
});
