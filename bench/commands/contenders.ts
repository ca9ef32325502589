/** Who is measured: the floor, and daemons with their client. */
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchNode } from './cluster.ts';
import type { FromContender } from './contender.ts';
import { threadTimes } from './cpu.ts';
import type { Load, Measured } from './load.ts';
import { Program } from './processes.ts';

const FLOOR = fileURLToPath(new URL('./floor.ts', import.meta.url));
const CLIENT = fileURLToPath(new URL('./client.ts', import.meta.url));
/** Beyond its own time, for what is in flight at its end. */
const RUN_MARGIN_MS = 60_000;

export interface Contender {
  readonly name: string;
  /** @throws if a command was not committed, or a process failed */
  run(load: Load): Promise<Measured>;
  end(): Promise<void>;
}

/** @param execArgv options of Node itself, as for a profile */
export async function startFloor(
  nodes: readonly BenchNode[],
  execArgv: readonly string[] = [],
): Promise<Contender> {
  const program = new Program('floor', FLOOR, {
    args: [JSON.stringify(nodes)],
    execArgv: [...execArgv],
  });
  await program.said();
  return {
    name: 'floor',
    run: (load) => measure(program, load),
    end: async () => {
      await program.end();
    },
  };
}

export interface DaemonPlace {
  readonly name: string;
  /** The checkout whose `src/daemon.ts` runs. */
  readonly checkout: string;
  readonly dataDir: string;
  readonly nodes: readonly BenchNode[];
  /** Options of Node itself. */
  readonly execArgv?: readonly string[];
}

/** A daemon with one executor and its journal on disk, and its client. */
export async function startLockstep(place: DaemonPlace): Promise<Contender> {
  const endpoint = `tcp://127.0.0.1:${await freePort()}`;
  const daemon = await startDaemon(place, endpoint);
  const client = new Program(`the client of ${place.name}`, CLIENT, { args: [endpoint] });
  await client.said();
  return {
    name: place.name,
    run: async (load) => {
      const before = threadTimes(daemon.pid);
      const measured = await measure(client, load);
      const after = threadTimes(daemon.pid);
      const cpuMicros = { ...measured.cpuMicros };
      for (const [name, micros] of Object.entries(after.known ? after.micros : {})) {
        cpuMicros[name] = (micros - (before.micros[name] ?? 0)) / measured.commands;
      }
      return { ...measured, cpuMicros };
    },
    end: async () => {
      await client.end();
      const code = await daemon.end();
      if (code !== 0) throw new Error(`${place.name} ended with exit code ${code}`);
    },
  };
}

async function startDaemon(place: DaemonPlace, endpoint: string): Promise<Program> {
  const { name, checkout, dataDir, nodes, execArgv = [] } = place;
  mkdirSync(dataDir, { recursive: true });
  const foreign = /^(LOCKSTEP_|NODE_OPTIONS$)/;
  const inherited = Object.entries(process.env).filter(([variable]) => !foreign.test(variable));
  const daemon = new Program(name, join(checkout, 'src/daemon.ts'), {
    cwd: dataDir,
    execArgv: [...execArgv],
    env: {
      ...Object.fromEntries(inherited),
      LOCKSTEP_NODES: nodes.map((node) => `${node.name}=${node.url}`).join(','),
      LOCKSTEP_ENDPOINT: endpoint,
      LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${await freePort()}`,
      LOCKSTEP_OPS_PORT: String(await freePort()),
      LOCKSTEP_DATA_DIR: dataDir,
      LOCKSTEP_EXECUTORS: '1',
    },
  });
  await daemon.said();
  return daemon;
}

async function measure(program: Program, load: Load): Promise<Measured> {
  const timeoutMs = load.warmUpMs + load.measureMs + RUN_MARGIN_MS;
  const said = await program.ask<FromContender>(load, timeoutMs);
  if (said.kind === 'measured') return said.measured;
  throw new Error(`${program.name}: ${said.kind === 'failed' ? said.error : said.kind}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      server.close(() => resolve(port));
    });
  });
}
