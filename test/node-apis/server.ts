/** A server of a node API as a process of its own: on a port that stays, killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { vi } from 'vitest';
import { accepts, acceptsAt } from '../support/accepts.ts';

/** Debian installs servers where the PATH of users does not look. */
const PATH = `${process.env['PATH']}:/usr/sbin`;
const START_MS_MAX = 120_000;

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  /** The path of a unix socket at which it listens, in place of the port. */
  readonly socket?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A server, and what it holds by its own word. */
export interface Server {
  readonly port: number;
  start(): Promise<void>;
  /** kill -9, with all of its own processes. */
  kill(): Promise<void>;
}

/** It ends with the test: the shell beside it watches the pipe that it holds as standard input. */
export function serverOf({ command, args, port, socket, env = {} }: Program): Server {
  let child: ChildProcess | undefined;
  let detail = '';
  const isUp = () => (socket === undefined ? accepts(port) : acceptsAt({ path: socket }));
  const kill = async () => {
    const running = child;
    child = undefined;
    if (running?.pid === undefined || running.exitCode !== null) return;
    const gone = once(running, 'close');
    process.kill(-running.pid, 'SIGKILL');
    await gone;
  };
  return {
    port,
    start: async () => {
      const line = '"$0" "$@" & cat >/dev/null; kill -9 0';
      const started = spawn('sh', ['-c', line, command, ...args], {
        env: { PATH, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
      });
      child = started;
      detail = '';
      for (const stream of [started.stdout, started.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          detail = (detail + text).slice(-2000);
        });
      }
      const isOver = async () => started.exitCode !== null || (await isUp());
      await vi.waitUntil(isOver, { timeout: START_MS_MAX, interval: 20 });
      if (!(await isUp())) throw new Error(`${command} did not start: ${detail}`);
    },
    kill,
  };
}
