/** The measured subjects: the floor, and daemons with their clients. */
import { fileURLToPath } from 'node:url';
import type { ClientOptions } from '../../src/client/index.ts';
import type { BenchNode } from './cluster.ts';
import { residentBytes, threadTimes } from './cpu.ts';
import { Daemon, type DaemonPlace } from './daemon.ts';
import type { Load, Measured } from './load.ts';
import { Program } from './processes.ts';
import type { FromSubject, Task, Told } from './subject.ts';

const FLOOR = fileURLToPath(new URL('./floor.ts', import.meta.url));
const DEALER_CLIENT = fileURLToPath(new URL('./dealer-client.ts', import.meta.url));
export const HTTP_CLIENT = fileURLToPath(new URL('./http-client.ts', import.meta.url));
const CLIENT = fileURLToPath(new URL('./client.ts', import.meta.url));
/** Time beyond its own for commands that are in flight at its end. */
const MARGIN_MS = 60_000;
/** Time for a hundred thousand commands on a busy machine. */
const LONG_MS_MAX = 300_000;

export interface Subject {
  readonly name: string;
  /** @throws if a command was not committed, or a process failed */
  run(load: Load): Promise<Measured>;
  /** Of a daemon; undefined if the system does not show it. */
  residentBytes?(): number | undefined;
  end(): Promise<void>;
}

/** A client in a process of its own. */
export class Client {
  readonly #program: Program;

  private constructor(program: Program) {
    this.#program = program;
  }

  /** @param entry the program that sends its requests, with these options */
  static async connect(
    name: string,
    { endpoint, ...options }: ClientOptions & { readonly endpoint: string },
    entry = CLIENT,
  ): Promise<Client> {
    const args = [endpoint, JSON.stringify(options)];
    const program = new Program(`the client of ${name}`, entry, { args });
    await program.said();
    return new Client(program);
  }

  /** @throws if it failed */
  do<T extends Task>(task: T): Promise<Extract<Told, { kind: T['kind'] }>> {
    return perform(this.#program, task);
  }

  async end(): Promise<void> {
    await this.#program.end();
  }
}

export interface FloorOptions {
  readonly name?: string;
  /** With the daemon's own node client. */
  readonly byNodeClient?: boolean;
  /** Options of Node itself, as for a profile. */
  readonly execArgv?: readonly string[];
}

export async function startFloor(
  nodes: readonly BenchNode[],
  { name = 'floor', byNodeClient = false, execArgv = [] }: FloorOptions = {},
): Promise<Subject> {
  const program = new Program(name, FLOOR, {
    args: [JSON.stringify(nodes), ...(byNodeClient ? ['client'] : [])],
    execArgv: [...execArgv],
  });
  await program.said();
  return {
    name,
    run: async (load) => (await perform(program, load)).measured,
    end: async () => {
      await program.end();
    },
  };
}

/**
 * A daemon with its journal on disk, and one client; `dealer`: a client that can have very many
 * commands in flight; `overHttp`: one that sends them to the operators' port.
 */
export async function startLockstep(
  place: DaemonPlace & {
    readonly dealer?: boolean;
    readonly overHttp?: boolean;
    readonly client?: ClientOptions;
  },
): Promise<Subject> {
  const daemon = await Daemon.start(place);
  const client = await Client.connect(
    place.name,
    { ...place.client, endpoint: place.overHttp ? daemon.opsUrl : daemon.endpoint },
    place.overHttp ? HTTP_CLIENT : place.dealer ? DEALER_CLIENT : CLIENT,
  );
  return {
    name: place.name,
    run: async (load) => {
      const before = threadTimes(daemon.pid);
      const { measured } = await client.do(load);
      const after = threadTimes(daemon.pid);
      const cpuMicros = { ...measured.cpuMicros };
      for (const [name, micros] of Object.entries(after.known ? after.micros : {})) {
        cpuMicros[name] = (micros - (before.micros[name] ?? 0)) / measured.commands;
      }
      return { ...measured, cpuMicros };
    },
    residentBytes: () => residentBytes(daemon.pid),
    end: async () => {
      await client.end();
      await daemon.end();
    },
  };
}

async function perform<T extends Task>(
  program: Program,
  task: T,
): Promise<Extract<Told, { kind: T['kind'] }>> {
  const detail = await program.ask<FromSubject>(task, durationMs(task));
  if (detail.kind === 'told') return detail.told as Extract<Told, { kind: T['kind'] }>;
  throw new Error(`${program.name}: ${detail.kind === 'failed' ? detail.error : detail.kind}`);
}

function durationMs(task: Task): number {
  switch (task.kind) {
    case 'load':
      return LONG_MS_MAX + task.warmUpMs + task.measureMs;
    case 'ask':
    case 'trickle':
      return MARGIN_MS + task.forMs;
    case 'fill':
    case 'drain':
      return LONG_MS_MAX;
  }
}
