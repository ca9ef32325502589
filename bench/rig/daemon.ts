/** A real lockstepd for a bench, with its journal on disk. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../test/support/free-ports.ts';
import { programEnv } from '../../test/support/program-env.ts';
import type { BenchNode } from './cluster.ts';
import { Program } from './processes.ts';

const PROJECT = join(import.meta.dirname, '../..');

export interface DaemonPlace {
  readonly name: string;
  /** The checkout whose `src/daemon.ts` runs; this one by default. */
  readonly checkout?: string;
  readonly dataDir: string;
  readonly nodes: readonly BenchNode[];
  /** Default: 1. */
  readonly executors?: number;
  /** More settings. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly execArgv?: readonly string[];
}

export class Daemon {
  readonly #place: DaemonPlace;
  readonly #env: Readonly<Record<string, string>>;
  #program: Program;

  private constructor(place: DaemonPlace, env: Readonly<Record<string, string>>) {
    this.#place = place;
    this.#env = env;
    this.#program = fork(place, env);
  }

  /** Resolves when it is ready. */
  static async start(place: DaemonPlace): Promise<Daemon> {
    mkdirSync(place.dataDir, { recursive: true });
    const daemon = new Daemon(place, await environment(place));
    await daemon.#program.said();
    return daemon;
  }

  get endpoint(): string {
    return this.#env['LOCKSTEP_ENDPOINT'] ?? '';
  }

  get opsUrl(): string {
    return `http://127.0.0.1:${this.#env['LOCKSTEP_OPS_PORT']}`;
  }

  get pid(): number {
    return this.#program.pid;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#program.end('SIGKILL');
  }

  /** Starts it again after a kill; returns the time until it was ready, in ms. */
  async restart(): Promise<number> {
    const begun = performance.now();
    this.#program = fork(this.#place, this.#env);
    await this.#program.said();
    return performance.now() - begun;
  }

  /** @throws if it ends with an error */
  async end(): Promise<void> {
    const code = await this.#program.end();
    if (code !== 0) throw new Error(`${this.#place.name} ended with exit code ${code}`);
  }
}

async function environment({ dataDir, nodes, executors = 1, env }: DaemonPlace) {
  const [commands, events, ops] = await freePorts(3);
  // Without variables of the shell: they may name real nodes, journals or chats.
  return {
    ...programEnv(),
    LOCKSTEP_NODES: nodes.map((node) => `${node.name}=${node.url}`).join(','),
    LOCKSTEP_ENDPOINT: `tcp://127.0.0.1:${commands}`,
    LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${events}`,
    LOCKSTEP_OPS_PORT: String(ops),
    LOCKSTEP_DATA_DIR: dataDir,
    LOCKSTEP_EXECUTORS: String(executors),
    ...env,
  };
}

function fork(
  { name, checkout = PROJECT, dataDir, execArgv = [] }: DaemonPlace,
  env: Readonly<Record<string, string>>,
): Program {
  return new Program(name, join(checkout, 'src/daemon.ts'), {
    cwd: dataDir,
    execArgv: [...execArgv],
    env,
  });
}
