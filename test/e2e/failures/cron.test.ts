/**
 * Debian's real cron as the container runs it, under the real pm2-runtime: a row of the table in
 * docs/operate/troubleshoot.md. It runs in a mount namespace of its own with only the test's
 * crontab, because cron cannot be given a private folder in another way.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { startReceiver } from '../../observe/support/http-receiver.ts';
import { startCluster } from '../../support/cluster.ts';
import { freePorts } from '../../support/free-ports.ts';
import { failure } from './failure.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');
const PING = join(PROJECT, 'supervisor/healthcheck-ping');
const START_MS_MAX = 20_000;
const RUN = `
  mount --bind "$1/cron.d" /etc/cron.d
  mount --bind "$1/spool" /var/spool/cron/crontabs
  if [ -e /etc/crontab ]; then mount --bind /dev/null /etc/crontab; fi
  mount -t tmpfs tmpfs /run
  exec pm2-runtime start supervisor/container.config.cjs --only cron --no-auto-exit`;

function obstacleToCron(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can run cron';
  const missing = ['cron', 'curl', 'unshare'].filter(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  );
  if (missing.length > 0) return `not installed here: ${missing.join(', ')}`;
  const mount = ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/run'];
  return spawnSync('unshare', mount).status === 0 ? undefined : 'no mount namespaces here';
}

describe('failures', () => {
  failure(
    'cron dead',
    'P8: pm2 brings it back, and it pings: well where the daemon is, /fail where it is not',
    async (course, ctx) => {
      const obstacle = obstacleToCron();
      if (obstacle !== undefined) return ctx.skip(obstacle);
      const { daemon } = await startCluster({ executors: 1 });
      const [deadPort = 0] = await freePorts(1);
      const receiver = await startReceiver();
      const cron = await startCron((settingsFile) => {
        const jobs = { well: new URL(daemon.opsUrl).port, ill: deadPort };
        return Object.entries(jobs).map(([name, port]) => {
          const url = `${receiver.url}/${name}`;
          const file = settingsFile(name, { HC_PING_URL: url, LOCKSTEP_OPS_PORT: port });
          return `* * * * * root ${PING} ${file} >/dev/null 2>&1\n`;
        });
      });
      const before = cron.pid();
      const [saidBefore, heardBefore] = [cron.output().length, receiver.received.length];
      process.kill(before, 'SIGKILL');
      course.begins();
      await course.seen(() => cron.output().slice(saidBefore));
      await course.well(async () => {
        const heard = receiver.received.slice(heardBefore).map(({ url }) => url);
        return ['/ill/fail', '/well'].filter((url) => !heard.includes(url));
      });
      expect(cron.pid()).not.toBe(before);
      expect(receiver.received.every(({ url }) => ['/ill/fail', '/well'].includes(url))).toBe(true);
    },
  );
});

type Settings = Readonly<Record<string, string | number>>;

/** pm2-runtime with cron; both end with the test. */
async function startCron(
  jobs: (settingsFile: (name: string, values: Settings) => string) => readonly string[],
) {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-cron-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ['cron.d', 'spool']) mkdirSync(join(root, name), { mode: 0o755 });
  const crontab = [
    'SHELL=/bin/sh\n',
    'MAILTO=""\n',
    ...jobs((name, values) => {
      const file = join(root, name);
      const lines = Object.entries(values).map(([key, value]) => `${key}='${value}'\n`);
      writeFileSync(file, lines.join(''), { mode: 0o600 });
      return file;
    }),
  ];
  const file = join(root, 'cron.d', 'lockstep');
  writeFileSync(file, crontab.join(''));
  chmodSync(file, 0o644);
  const words = ['--mount', '--propagation', 'private', 'sh', '-ec', RUN, 'cron', root];
  const child = spawn('unshare', words, {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: `${join(PROJECT, 'node_modules/.bin')}:${process.env['PATH']}`,
      PM2_HOME: join(root, 'pm2'),
      // Adds cron to the pm2 configuration.
      HC_PING_URL: 'http://127.0.0.1:9/',
    },
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const pidFile = join(root, 'pm2/pids/cron-0.pid');
  const pid = () => (existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0);
  await vi.waitUntil(() => pid() > 0, START_MS_MAX);
  return { pid, output: () => output };
}
