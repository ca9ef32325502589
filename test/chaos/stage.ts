/**
 * The setup of the chaos run: a copy of the project under a pm2 of its own, the daemon on a small
 * disk and with a wall clock of its own, one simulator process for each node, and a proxy between
 * the daemon and each node.
 */
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LockstepClient } from '../../src/client/index.ts';
import { type BuiltCopy, buildCopy } from '../support/built-copy.ts';
import { freePorts } from '../support/free-ports.ts';
import { Disk } from './disk.ts';
import { RARE_RANDOM_BEHAVIOR } from './flavours.ts';
import { Fleet } from './fleet.ts';
import { TcpProxy } from './proxy.ts';
import { HANG_AFTER_MS, REQUEST_TIMEOUT_MS } from './times.ts';
import { WallClock } from './wall-clock.ts';

const START_APPS = resolve(import.meta.dirname, '../fixtures/start-apps.js');
const NODES = ['node01', 'node02', 'node03'] as const;
const DISK_MIB = 192;
/**
 * Every 30 s pm2 forgets earlier ends of an app that has been up for this long. By default that is
 * 30 s, which no app reaches here: pm2 would mostly wait before each start.
 */
const PM2 = { EXP_BACKOFF_RESET_TIMER: '1000' };
const DISK_FREE_MIN_BYTES = 16 << 20;

export interface Stage extends AsyncDisposable {
  readonly endpoint: string;
  readonly opsUrl: string;
  readonly asking: LockstepClient;
  readonly fleet: Fleet;
  readonly proxies: ReadonlyMap<string, TcpProxy>;
  readonly disk: Disk;
  readonly clock: WallClock | undefined;
  /** Of the daemon's journal. */
  readonly journalFile: string;
  /** The present process of an app; undefined while it is down. */
  pidOf(app: string): number | undefined;
  readonly logOf: (app: string) => string;
  /** Copies journal, logs and the nodes' records to a folder that stays, and returns its path. */
  keep(): string;
}

interface Place {
  readonly copy: BuiltCopy;
  readonly disk: Disk;
  readonly clock: WallClock | undefined;
  readonly ports: NodePorts;
  readonly sockets: readonly number[];
}

type NodePorts = Readonly<
  Record<string, { readonly shared: number; readonly node: number; readonly proxy: number }>
>;

/** @param quiesceMs the setting of the daemon */
export async function setStage(seed: number, quiesceMs: number): Promise<Stage> {
  const copy = await buildCopy();
  try {
    const disk = new Disk(join(copy.root, 'disk'), DISK_MIB);
    const clock = WallClock.open(join(copy.root, 'clock'));
    const [first = 0] = await freePorts(3 * NODES.length + 3);
    const ports = Object.fromEntries(
      NODES.map((name, index) => {
        const shared = first + 3 + 3 * index;
        return [name, { shared, node: shared + 1, proxy: shared + 2 }];
      }),
    );
    const place = { copy, disk, clock, ports, sockets: [first, first + 1, first + 2] };
    const proxies = await openProxies(ports);
    const apps = JSON.stringify(appsOf(place, { seed, quiesceMs }));
    const { code, stderr } = await copy.run(['node', START_APPS], { CHAOS_APPS: apps, ...PM2 });
    if (code !== 0) throw new Error(`the apps did not start:\n${stderr}${logsOf(copy)}`);
    return stageOf(place, proxies);
  } catch (error) {
    await copy[Symbol.asyncDispose]();
    throw error;
  }
}

async function openProxies(ports: NodePorts): Promise<ReadonlyMap<string, TcpProxy>> {
  const opened = Object.entries(ports).map(async ([name, { node, proxy }]) => {
    return [name, await TcpProxy.open({ listen: proxy, node })] as const;
  });
  return new Map(await Promise.all(opened));
}

function stageOf({ copy, disk, clock, ports, sockets }: Place, proxies: Stage['proxies']): Stage {
  const endpoint = `tcp://127.0.0.1:${sockets[0]}`;
  const asking = new LockstepClient({ endpoint });
  return {
    endpoint,
    opsUrl: `http://127.0.0.1:${sockets[2]}`,
    asking,
    fleet: new Fleet(
      Object.fromEntries(Object.entries(ports).map(([name, { shared }]) => [name, shared])),
    ),
    proxies,
    disk,
    clock,
    journalFile: join(disk.path, 'journal.db'),
    pidOf: (app) => pidOf(copy.root, app),
    logOf: (app) => copy.logOf(app),
    keep: () => keep(copy.root),
    [Symbol.asyncDispose]: async () => {
      asking.close();
      for (const app of ['lockstepd', ...NODES]) wake(pidOf(copy.root, app));
      for (const proxy of proxies.values()) await proxy[Symbol.asyncDispose]();
      await copy[Symbol.asyncDispose]();
    },
  };
}

/** The environment of each app. */
function appsOf(
  { copy, disk, clock, ports, sockets }: Place,
  { seed, quiesceMs }: { readonly seed: number; readonly quiesceMs: number },
) {
  const urls = Object.entries(ports).map(([name, { proxy }]) => {
    return `${name}=http://127.0.0.1:${proxy}/v1`;
  });
  const nodes = Object.entries(ports).map(([name, { shared }], index) => [
    name,
    {
      NODESIM_NODES: name,
      NODESIM_PORT: String(shared),
      NODESIM_DATA_DIR: join(copy.root, 'data', name),
      NODESIM_SEED: String((seed + index) % 2 ** 32),
      NODESIM_LOG_LEVEL: 'debug',
      RANDOM_BEHAVIOR: RARE_RANDOM_BEHAVIOR,
    },
  ]);
  return {
    lockstepd: {
      LOCKSTEP_ENDPOINT: `tcp://127.0.0.1:${sockets[0]}`,
      LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${sockets[1]}`,
      LOCKSTEP_OPS_PORT: String(sockets[2]),
      LOCKSTEP_NODES: urls.join(),
      LOCKSTEP_DATA_DIR: disk.path,
      LOCKSTEP_DISK_FREE_MIN_BYTES: disk.why === undefined ? String(DISK_FREE_MIN_BYTES) : '0',
      LOCKSTEP_EXECUTORS: '2',
      LOCKSTEP_SYSLOG_ADDRESS: 'none',
      LOCKSTEP_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
      LOCKSTEP_QUIESCE_MS: String(quiesceMs),
      LOCKSTEP_HANG_AFTER_MS: String(HANG_AFTER_MS),
      LOCKSTEP_BACKOFF_CAP_MS: '500',
      LOCKSTEP_STUCK_AFTER_MS: '10000',
      ...clock?.env,
    },
    ...Object.fromEntries(nodes),
  };
}

function logsOf(copy: BuiltCopy): string {
  return ['lockstepd', ...NODES]
    .filter((app) => existsSync(join(copy.root, 'data/logs', `${app}.log`)))
    .map((app) => copy.logOf(app))
    .join('\n');
}

const requireFrom = createRequire(import.meta.url) as unknown as (path: string) => {
  placesOf: (env: NodeJS.ProcessEnv) => { readonly pids: string };
};

/** pm2 saves the process id after the start. */
function pidOf(root: string, app: string): number | undefined {
  const { pids } = requireFrom(join(root, 'supervisor/places.cjs')).placesOf({});
  const [file] = globSync(`${pids}${app}-*.pid`);
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    const line = readFileSync(`/proc/${Number(text)}/cmdline`, 'utf8');
    return line.includes(join(root, 'dist')) ? Number(text) : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

function wake(pid: number | undefined): void {
  if (pid !== undefined) process.kill(pid, 'SIGCONT');
}

function keep(root: string): string {
  const kept = mkdtempSync(join(tmpdir(), 'lockstep-chaos-'));
  mkdirSync(join(kept, 'daemon'));
  cpSync(join(root, 'disk'), join(kept, 'daemon'), {
    recursive: true,
    filter: (path) => !path.endsWith('/filler'),
  });
  for (const folder of ['logs', ...NODES]) {
    cpSync(join(root, 'data', folder), join(kept, folder), { recursive: true });
  }
  return kept;
}
