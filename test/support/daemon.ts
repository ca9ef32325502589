/**
 * A real lockstepd process for a test: free ports, a journal of its own, signals and kill -9.
 *
 *     await using daemon = await startDaemon({ nodes: sim.nodes });
 *     await daemon.kill9();
 *     await daemon.restart();
 *
 * The process cannot outlive the test: see test/fixtures/attended.js.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { programEnv } from './program-env.ts';

const PROGRAM = join(import.meta.dirname, '../../src/daemon.ts');
const ATTENDED = join(import.meta.dirname, '../fixtures/attended.js');
const READY_MS_MAX = 30_000;
const STARTS_MAX = 3;

export interface DaemonOptions {
  /** LOCKSTEP_NODES. */
  readonly nodes: string;
  /** Kept when the test ends. Absent: a temporary one is made and removed. */
  readonly dataDir?: string;
  /** More settings, which override all others; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly executors?: number;
  /** `ulimit -n` of the shell that starts it. */
  readonly openFiles?: number;
}

export interface Daemon extends AsyncDisposable {
  readonly endpoint: string;
  readonly eventsEndpoint: string;
  /** Of the operators' port: `http://127.0.0.1:PORT`. */
  readonly opsUrl: string;
  readonly dataDir: string;
  readonly pid: number;
  /** All output of the process so far, over all restarts. */
  readonly output: string;
  /** Whether the process runs. */
  readonly alive: boolean;
  signal(signal: NodeJS.Signals): void;
  /** Sends a message over the channel to the process that started it, as pm2 does. */
  tell(message: string): void;
  /** The exit code once it has ended; null if a signal ended it. */
  ended(): Promise<number | null>;
  /** SIGKILL; resolves when the process is gone. */
  kill9(): Promise<void>;
  /** Resolves to the exit code. Stopping a stopped daemon does nothing. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Starts it again on the same ports and data, after it has ended or (SIGTERM) by stopping it. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
}

/** Starts a daemon and waits until it is ready. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  for (let starts = 1; ; starts++) {
    const daemon = await prepareDaemon(options);
    try {
      await daemon.restart();
      return daemon;
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      // Another test took the port between the search and the bind.
      if (starts === STARTS_MAX || !daemon.output.includes('cannot listen on')) throw error;
    }
  }
}

/** A daemon that is not started yet. */
export async function prepareDaemon(options: DaemonOptions): Promise<Daemon> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'lockstep-daemon-'));
  const removeData = (): void => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  process.once('exit', removeData);
  const env = await settingsOf(options, dataDir);
  const runner = new Runner(env, options.openFiles);
  return {
    endpoint: env['LOCKSTEP_ENDPOINT'] ?? '',
    eventsEndpoint: env['LOCKSTEP_EVENTS_ENDPOINT'] ?? '',
    opsUrl: `http://127.0.0.1:${env['LOCKSTEP_OPS_PORT']}`,
    dataDir,
    get pid() {
      return runner.pid;
    },
    get output() {
      return runner.output;
    },
    get alive() {
      return runner.alive;
    },
    signal: (signal) => runner.signal(signal),
    tell: (message) => runner.tell(message),
    ended: () => runner.ended(),
    kill9: async () => {
      await runner.end('SIGKILL');
    },
    stop: (signal = 'SIGTERM') => runner.end(signal),
    restart: async (more = {}) => {
      await runner.end('SIGTERM');
      await runner.start(more);
    },
    [Symbol.asyncDispose]: async () => {
      await runner.end('SIGKILL');
      process.off('exit', removeData);
      removeData();
    },
  };
}

async function settingsOf(
  { nodes, env = {}, executors }: DaemonOptions,
  dataDir: string,
): Promise<Readonly<Record<string, string>>> {
  const [commands, events, ops] = await freePorts(3);
  const all: Record<string, string | undefined> = {
    LOCKSTEP_NODES: nodes,
    LOCKSTEP_DATA_DIR: dataDir,
    LOCKSTEP_ENDPOINT: `tcp://127.0.0.1:${commands}`,
    LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${events}`,
    LOCKSTEP_OPS_PORT: String(ops),
    ...(executors === undefined ? {} : { LOCKSTEP_EXECUTORS: String(executors) }),
    // As supervisor/memory.cjs sets it.
    MALLOC_MMAP_THRESHOLD_: '131072',
    // Its output is read here, even if the machine has a syslog.
    LOCKSTEP_SYSLOG_ADDRESS: 'none',
    ...env,
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string>;
}

/** The child process and its restarts. */
class Runner {
  readonly #env: Readonly<Record<string, string>>;
  readonly #openFiles: number | undefined;
  #child: ChildProcess | undefined;
  /** Resolves when it has ended and all its output has been read. */
  #closed: Promise<unknown> = Promise.resolve();
  output = '';

  constructor(env: Readonly<Record<string, string>>, openFiles: number | undefined) {
    this.#env = env;
    this.#openFiles = openFiles;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the daemon does not run');
    return pid;
  }

  get alive(): boolean {
    const { pid, exitCode, signalCode } = this.#child ?? {};
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  async start(more: Readonly<Record<string, string>>): Promise<void> {
    const child = fork(PROGRAM, [], {
      // A folder without a configuration file.
      cwd: this.#env['LOCKSTEP_DATA_DIR'],
      env: { ...programEnv(), ...this.#env, ...more },
      ...programOf(this.#openFiles),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#closed = new Promise((resolve) => child.once('close', resolve));
    const from = this.output.length;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new Error(`the daemon ${why}:\n${this.output.slice(from)}`));
      };
      const timer = setTimeout(() => fail('is not ready in time'), READY_MS_MAX);
      child.once('error', (error) => fail(`can't be started (${error.message})`));
      child.once('close', (code, signal) => fail(`ended with ${code ?? signal}`));
      child.on('message', (message) => {
        if (message !== 'ready') return;
        clearTimeout(timer);
        resolve();
      });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  tell(message: string): void {
    this.#child?.send(message);
  }

  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#child?.exitCode ?? null;
  }

  end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.alive) this.signal(signal);
    return this.ended();
  }
}

/** Node, through a shell if a limit of open files is set; `exec` keeps the process. */
function programOf(openFiles: number | undefined) {
  const args = ['--import', ATTENDED];
  if (openFiles === undefined) return { execArgv: args };
  const limit = `ulimit -n ${openFiles} && exec "$0" "$@"`;
  return { execPath: '/bin/sh', execArgv: ['-c', limit, process.execPath, ...args] };
}
