/**
 * A real nodesim process for a test: free ports, data of its own, faults on demand.
 *
 *     await using sim = await startNodesim({ seed: 7 });
 *     await sim.setFaults('node02', { resetAfter: 1, on: ['create'], times: 1 });
 *
 * The process can't outlive the test: it ends when its standard input does, which the system closes
 * with this process, however that ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimApi, type SimControls } from './sim-api.ts';

const MAIN = join(import.meta.dirname, '../../src/nodesim/main.ts');
/** Not a promise of the product: 50 nodes, each a thread, take 14 s of two cores. */
const READY_MS_MAX = 50_000;
const NAMES = ['node01', 'node02', 'node03'];

export interface NodesimOptions {
  readonly nodes?: readonly string[];
  readonly randomBehavior?: number;
  readonly seed?: number;
  /** Kept when the test ends. Absent: a temporary one is made and removed. */
  readonly dataDir?: string;
  readonly showTokens?: boolean;
  /** More environment for the process. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Nodesim extends AsyncDisposable, SimControls {
  /** In the form of LOCKSTEP_NODES: `node01=http://127.0.0.1:PORT/v1,…`. */
  readonly nodes: string;
  /** By name: `http://127.0.0.1:PORT/v1`. */
  readonly urls: Readonly<Record<string, string>>;
  /** The port that serves all nodes by `node` header: `http://127.0.0.1:PORT`, without `/v1`. */
  readonly sharedUrl: string;
  readonly dataDir: string;
  readonly pid: number;
  /** All output of the process so far, over all restarts. */
  readonly output: string;
  /** SIGKILL; resolves when the process is gone. */
  kill9(): Promise<void>;
  /** SIGTERM; resolves to the exit code. Stopping a stopped simulator does nothing. */
  stop(): Promise<number | null>;
  /** Starts it again (after a stop if it runs): same ports, same data, same seed. */
  restart(): Promise<void>;
}

/** Starts one process that serves all nodes. */
export async function startNodesim(options: NodesimOptions = {}): Promise<Nodesim> {
  const names = options.nodes ?? NAMES;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'nodesim-test-'));
  const removeData = (): void => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  process.once('exit', removeData);
  const runner = new Runner(flagsOf(options, names, dataDir), options.env ?? {});
  await runner.start();
  const api = new SimApi(runner.sharedUrl);
  const urls = Object.fromEntries(
    Object.entries((await api.overview()).nodes).map(([name, { port }]) => [
      name,
      `http://127.0.0.1:${port}/v1`,
    ]),
  );
  return {
    nodes: Object.entries(urls)
      .map(([name, url]) => `${name}=${url}`)
      .join(','),
    urls,
    sharedUrl: runner.sharedUrl,
    dataDir,
    get pid() {
      return runner.pid;
    },
    get output() {
      return runner.output;
    },
    ...api.controls,
    kill9: async () => {
      await runner.end('SIGKILL');
    },
    stop: () => runner.end('SIGTERM'),
    restart: () => runner.restart(),
    [Symbol.asyncDispose]: async () => {
      await runner.end('SIGKILL');
      process.off('exit', removeData);
      removeData();
    },
  };
}

/** Starts a process for one node alone. */
export function startNode(
  name: string,
  options: Omit<NodesimOptions, 'nodes'> = {},
): Promise<Nodesim> {
  return startNodesim({ ...options, nodes: [name] });
}

function flagsOf(options: NodesimOptions, names: readonly string[], dataDir: string): string[] {
  const { randomBehavior = 0, seed = 1, showTokens = false } = options;
  const pairs = {
    nodes: names.join(','),
    data: dataDir,
    'random-behavior': randomBehavior,
    seed,
    'show-tokens': showTokens,
  };
  return ['--attached', ...Object.entries(pairs).map(([flag, value]) => `--${flag}=${value}`)];
}

/** The child process and its restarts. */
class Runner {
  readonly #flags: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #port = 0;
  output = '';

  constructor(flags: readonly string[], env: Readonly<Record<string, string>>) {
    this.#flags = flags;
    this.#env = env;
  }

  get sharedUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('nodesim does not run');
    return pid;
  }

  async start(): Promise<void> {
    const flags = [MAIN, '--port', String(this.#port), ...this.#flags];
    const env = { ...cleanEnvironment(), ...this.#env };
    const child = spawn(process.execPath, flags, { env, stdio: 'pipe' });
    this.#child = child;
    const from = this.output.length;
    const port = await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => fail('is not ready in time'), READY_MS_MAX);
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new Error(`nodesim ${why}:\n${this.output.slice(from)}`));
      };
      const read = (text: string): void => {
        this.output += text;
        const ready = /nodesim ready: shared http:\/\/[\d.]+:(\d+)/.exec(this.output.slice(from));
        if (ready === null) return;
        clearTimeout(timer);
        resolve(Number(ready[1]));
      };
      child.stdout.setEncoding('utf8').on('data', read);
      child.stderr.setEncoding('utf8').on('data', read);
      child.once('error', (error) => fail(`can't be started (${error.message})`));
      child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
    });
    this.#port = port;
  }

  /** The exit code; null if a signal ended it. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) return 0;
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    }
    return child.exitCode;
  }

  async restart(): Promise<void> {
    await this.end('SIGTERM');
    await this.start();
  }
}

/** Without variables that would change nodesim's settings. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(NODESIM_|RANDOM_BEHAVIOR$|LOCKSTEP_|NODE_OPTIONS$|NODE_CHANNEL_FD$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
