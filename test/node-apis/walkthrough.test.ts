/** The page of `examples/powerdns`, step by step as it is written: from nothing to a zone on three servers. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { accepts } from '../support/accepts.ts';
import { freePorts } from '../support/free-ports.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { readExample } from './apis/api.ts';
import { powerdns } from './apis/powerdns.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'examples/powerdns/README.md'), 'utf8');
const PORTS = [8081, 8082, 8083];
const WAIT = { timeout: 60_000, interval: 100 };

/** What the page has its reader type, one text a step. */
const STEPS = [...PAGE.matchAll(/```sh\n(.*?)```/gs)].map(([, text = '']) => text);

/** What the page expects to stand in the working directory. */
function workingDirectory(): string {
  const folder = join(tempFolder(), 'lockstep');
  mkdirSync(folder);
  for (const name of ['bin', 'dist', 'node_modules', 'examples']) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  return folder;
}

test('its dialect is that of the worked example', () => {
  const file = readFileSync(join(ROOT, 'examples/powerdns/lockstep.config.yaml'), 'utf8');
  const { dialects } = parse(file) as { dialects: object };
  expect(dialects).toEqual(readExample('powerdns').dialects);
});

test('P1: from nothing to a zone on three servers, and to none on any', {
  timeout: 300_000,
}, async (ctx) => {
  const taken = await Promise.all(PORTS.map(accepts));
  const why =
    powerdns.missing() ?? (taken.includes(true) ? 'the ports of the page are taken' : undefined);
  if (why !== undefined) return ctx.skip(why);
  const cwd = workingDirectory();
  const [commands, events, ops] = await freePorts(3);
  const env = {
    PATH: `${process.env['PATH']}:/usr/sbin`,
    PDNS_KEY: 'a-key-of-the-api',
    LOCKSTEP_CONFIG: 'examples/powerdns/lockstep.config.yaml',
    LOCKSTEP_DATA_DIR: join(cwd, 'data'),
    LOCKSTEP_ENDPOINT: `tcp://127.0.0.1:${commands}`,
    LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${events}`,
    LOCKSTEP_OPS_PORT: String(ops),
    LOCKSTEP_SYSLOG_ADDRESS: 'none',
  };
  const type = async (step = '') => {
    const done = promisify(execFile)('sh', ['-c', step], { cwd, env });
    const { stdout } = await done.catch((error: { stdout: string }) => error);
    return stdout;
  };
  const start = (step = ''): ChildProcess => {
    const child = spawn('sh', ['-c', step], { cwd, env, stdio: 'ignore', detached: true });
    onTestFinished(async () => {
      if (child.exitCode !== null || child.pid === undefined) return;
      process.kill(-child.pid, 'SIGKILL');
      await once(child, 'close');
    });
    return child;
  };
  const [, servers, doctor, daemon, create, news] = STEPS;

  start(servers);
  await vi.waitUntil(async () => (await Promise.all(PORTS.map(accepts))).every(Boolean), WAIT);
  expect(await type(doctor)).toMatch(/ok {4}canary a .*\n.*ok {4}canary b .*\n.*ok {4}canary c /s);
  start(daemon);
  await vi.waitUntil(() => accepts(commands ?? 0), WAIT);
  expect((await type(create)).match(/"id": ?"shop\.example\."/g)).toHaveLength(3);
  expect(await type(news)).toContain('refused');
  expect(await accepts(8082)).toBe(false);
  const asked = [8081, 8083].map((port) => {
    const url = `http://127.0.0.1:${port}/api/v1/servers/localhost/zones/news.example.`;
    return fetch(url, { headers: { 'X-API-Key': env.PDNS_KEY } });
  });
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([404, 404]);
});
