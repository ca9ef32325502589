/** The effect on the daemon when its starter goes away: a terminal, `nohup`, pm2. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePorts } from '../support/free-ports.ts';
import { programEnv } from '../support/program-env.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const PROGRAM = join(import.meta.dirname, '../../src/daemon.ts');
const START_MS_MAX = 30_000;

interface Running {
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  readonly opsUrl: string;
  readonly dataDir: string;
  readonly output: () => string;
  /** The program that started the daemon. */
  readonly shell: ChildProcess;
}

async function runningBy(...command: readonly [string, ...string[]]): Promise<Running> {
  const [commands, events, ops] = await freePorts(3);
  const dataDir = tempFolder();
  const [file, ...args] = command;
  const env = {
    LOCKSTEP_NODES: 'node01=http://127.0.0.1:9/v1',
    LOCKSTEP_DATA_DIR: dataDir,
    LOCKSTEP_ENDPOINT: `tcp://127.0.0.1:${commands}`,
    LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${events}`,
    LOCKSTEP_OPS_PORT: String(ops),
    LOCKSTEP_EXECUTORS: '1',
    LOCKSTEP_SYSLOG_ADDRESS: 'none',
  };
  const shell = spawn(file, args, {
    cwd: dataDir,
    env: { ...programEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
  }
  await vi.waitUntil(() => text.includes(' ready '), START_MS_MAX);
  const pid = Number(/pid=(\d+)/.exec(text)?.[1]);
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  return { pid, env, opsUrl: `http://127.0.0.1:${ops}`, dataDir, output: () => text, shell };
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

test('under nohup it lives on, at the same log level, when the terminal is closed', async () => {
  const line = `nohup '${process.execPath}' '${PROGRAM}' </dev/null 2>&1 | cat`;
  const { pid, output, shell } = await runningBy('script', '-qec', line, '/dev/null');
  process.kill(pid, 'SIGHUP');
  await vi.waitUntil(() => output().includes('SIGHUP is ignored'), 5000);
  expect(output()).not.toContain('log level is now');
  shell.kill('SIGKILL');
  process.kill(pid, 'SIGTERM');
  await vi.waitUntil(() => !isAlive(pid), 5000);
});

test('started at a terminal it stops in good order when that is closed', async () => {
  const line = `'${process.execPath}' '${PROGRAM}'`;
  const { pid, dataDir, shell } = await runningBy('script', '-qec', line, '/dev/null');
  expect(existsSync(join(dataDir, 'running.json'))).toBe(true);
  shell.kill('SIGKILL');
  await vi.waitUntil(() => !isAlive(pid), 5000);
  expect(existsSync(join(dataDir, 'running.json'))).toBe(false);
});

test('SIGUSR1 opens no debugger', async () => {
  const { pid, output } = await runningBy(process.execPath, PROGRAM);
  process.kill(pid, 'SIGUSR1');
  await vi.waitUntil(() => output().includes('SIGUSR1 is ignored'), 5000);
  expect(output()).not.toContain('Debugger listening');
});

test('P8: when pm2 is gone the log, the metric, status and doctor say so, and the work continues', async () => {
  const { env, opsUrl, output, shell } = await runningBy(process.execPath, PROGRAM);
  const metrics = async () => (await fetch(`${opsUrl}/metrics`)).text();
  expect(await metrics()).toMatch(/^lockstep_supervised 1$/m);
  shell.disconnect();
  await vi.waitUntil(() => output().includes('pm2 is gone'), 5000);
  expect(await metrics()).toMatch(/^lockstep_supervised 0$/m);
  const status = await runCli(['status', '--endpoint', env['LOCKSTEP_ENDPOINT'] ?? '']);
  expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('pm2 is gone') });
  const doctor = await runCli(['doctor'], { env });
  expect(doctor).toMatchObject({ code: 1, stdout: expect.stringContaining('pm2 is gone') });
});
