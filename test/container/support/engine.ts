/**
 * A container engine for the tests: the one that runs here, else one of our own, in a folder of its
 * own, that is gone after the tests with all it held.
 *
 * It installs nothing. `.ci/run` does: `apt-get install docker.io docker-compose debootstrap`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { attempt } from './program.ts';

const ASK_MS = 10_000;
const START_MS = 60_000;
const STOP_MS = 30_000;

export type Engine =
  | {
      readonly kind: 'ready';
      /** What a client of it needs in its environment. */
      readonly env: Readonly<Record<string, string>>;
      end(): Promise<void>;
    }
  | { readonly kind: 'none'; readonly reason: string };

export async function findEngine(): Promise<Engine> {
  const client = await attempt(['docker', '--version'], { timeoutMs: ASK_MS });
  if (client.code !== 0) return none('docker is not installed');
  if (await answers({})) return { kind: 'ready', env: {}, end: async () => undefined };
  if (process.getuid?.() !== 0) return none('no dockerd answers, and only root may start one');
  const server = await attempt(['dockerd', '--version'], { timeoutMs: ASK_MS });
  return server.code === 0 ? startEngine() : none('no dockerd answers, and none is installed');
}

async function startEngine(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-engine-'));
  const env = { DOCKER_HOST: `unix://${join(folder, 'docker.sock')}` };
  const logFile = join(folder, 'log');
  const log = openSync(logFile, 'w');
  const args = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')];
  args.push('--pidfile', join(folder, 'pid'), '--host', env.DOCKER_HOST);
  const server = spawn('dockerd', args, { stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = once(server, 'exit');
  const end = async (): Promise<void> => {
    server.kill('SIGTERM');
    const inTime = await Promise.race([ended, pause(STOP_MS, 'late', { ref: false })]);
    if (inTime === 'late') {
      server.kill('SIGKILL');
      await ended;
    }
    // dockerd leaves the network namespace of the host bound to a file there.
    await attempt(['umount', '--lazy', join(folder, 'exec/netns/default')], { timeoutMs: ASK_MS });
    rmSync(folder, { recursive: true, force: true });
  };
  const until = performance.now() + START_MS;
  while (server.exitCode === null && performance.now() < until) {
    if (await answers(env)) return { kind: 'ready', env, end };
    await pause(250);
  }
  const last = readFileSync(logFile, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  await end();
  return none(`dockerd does not start: ${last}`);
}

async function answers(env: Readonly<Record<string, string>>): Promise<boolean> {
  const options = { timeoutMs: ASK_MS, env: { ...process.env, ...env } };
  return (await attempt(['docker', 'info'], options)).code === 0;
}

function none(reason: string): Engine {
  return { kind: 'none', reason };
}
