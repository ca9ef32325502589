/**
 * A real PostgreSQL of its own: a cluster in a temporary folder, on a free port of the loopback, with one role that may
 * make databases and is no superuser, and a password that tests can look for.
 *
 *     await using server = await startPostgres();
 *     const url = await server.database('one');
 *     await server.stop('immediate');   // as a crash; `smart`, `fast` and `freeze` are other ways to be away
 *     await server.start();
 *
 * It cannot outlive the test: the pipe it holds as standard input is watched by the shell beside it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Client } from 'pg';
import { freePorts } from './free-ports.ts';

export const PASSWORD = 'pass-word-of-the-journal';
export const ROLE = 'lockstep';
const ADMIN = 'admin';
const DEBIAN = '/usr/lib/postgresql';
const START_MS = 20_000;

export interface Postgres extends AsyncDisposable {
  readonly port: number;
  /** The number of its first process, while it runs. */
  postmaster(): number;
  /** Makes an empty database. Returns its address. */
  database(name: string): Promise<string>;
  /** As a superuser: in the database of this name, or in that of the cluster. */
  admin(text: string, database?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** `freeze`: its processes stand still (SIGSTOP); others: as `pg_ctl stop -m`. */
  stop(how: 'fast' | 'immediate' | 'freeze'): Promise<void>;
  start(): Promise<void>;
  /** A standby that follows it, and is asynchronous until `synchronous_standby_names` has its name. */
  standby(name: string): Promise<AsyncDisposable>;
  /** Notes its state as of now; what comes back sets it back to that, as a restored copy does. */
  copied(): Promise<() => Promise<void>>;
}

/** Why PostgreSQL cannot run here; undefined if it can. */
export function postgresMissing(): string | undefined {
  if (binaries() === undefined) return 'PostgreSQL is not installed';
  return process.geteuid?.() === 0 && userOf() === undefined
    ? 'PostgreSQL does not run as root, and there is no user postgres'
    : undefined;
}

function binaries(): string | undefined {
  const newest = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).sort((one, other) => Number(other) - Number(one))
    : [];
  const folders = [
    ...newest.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}

/** PostgreSQL refuses to run as root. */
export function userOf(): { readonly uid: number; readonly gid: number } | undefined {
  const ids = ['-u', '-g'].map((flag) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const [uid, gid] = ids.map(({ status, stdout }) => (status === 0 ? Number(stdout) : undefined));
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/**
 * @param settings further lines of postgresql.conf
 * @param parent its files are in a folder here, which the user postgres can reach
 */
export async function startPostgres(
  settings: readonly string[] = [],
  parent = tmpdir(),
): Promise<Postgres> {
  const bin = binaries() ?? '';
  const as = process.geteuid?.() === 0 ? userOf() : undefined;
  const folder = mkdtempSync(join(parent, 'lockstep-postgres-'));
  if (as !== undefined) chownSync(folder, as.uid, as.gid);
  const data = join(folder, 'data');
  initialise({ bin, data, as });
  const [port = 0] = await freePorts(1);
  writeFileSync(join(data, 'lockstep.conf'), [...linesOf(port), ...settings].join('\n'));
  const { start, stop, dispose, postmaster } = serverOn({ bin, data, as, port });
  const admin: Postgres['admin'] = (text, database = 'postgres') =>
    ask(address(ADMIN, port, database), text);
  await start();
  await admin(`CREATE ROLE ${ROLE} LOGIN CREATEDB PASSWORD '${PASSWORD}'`);
  return {
    port,
    postmaster,
    admin,
    start,
    stop,
    async database(name) {
      await admin(`CREATE DATABASE ${name} OWNER ${ROLE}`);
      return address(ROLE, port, name);
    },
    async standby(name) {
      const [ownPort = 0] = await freePorts(1);
      const own = { bin, data: join(folder, name), as, port: ownPort };
      followPrimary(own, { name, from: address(ADMIN, port, '') });
      const standby = serverOn(own);
      await standby.start();
      return { [Symbol.asyncDispose]: standby.dispose };
    },
    async copied() {
      const copy = `${data}-${randomUUID()}`;
      await stop('fast');
      copyFolder(data, copy);
      await start();
      return async () => {
        await stop('fast');
        rmSync(data, { recursive: true });
        copyFolder(copy, data);
        await start();
      };
    },
    async [Symbol.asyncDispose]() {
      await dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function linesOf(port: number): readonly string[] {
  return [`port = ${port}`, `listen_addresses = '127.0.0.1'`, `unix_socket_directories = ''`];
}

/** With owners and times: PostgreSQL refuses files of others. */
function copyFolder(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cp: ${stderr}`);
}

function followPrimary(
  { bin, data, as, port }: Place,
  { name, from }: { readonly name: string; readonly from: string },
): void {
  const args = ['-D', data, '-d', from, '-X', 'stream', '-c', 'fast', '-R', '--no-sync'];
  const made = spawnSync(join(bin, 'pg_basebackup'), args, { ...as, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`pg_basebackup: ${made.stderr}`);
  const lines = [...linesOf(port), `cluster_name = '${name}'`];
  writeFileSync(join(data, 'lockstep.conf'), lines.join('\n'));
}

interface Place {
  readonly bin: string;
  readonly data: string;
  readonly as: { readonly uid: number; readonly gid: number } | undefined;
  readonly port: number;
}

/** The processes of one data folder. */
function serverOn({ bin, data, as, port }: Place) {
  const program = '"$0"/postgres -D "$1" & cat >/dev/null; kill -QUIT $! 2>/dev/null; wait';
  let child: ChildProcess | undefined;
  const pid = (): number =>
    Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);

  const start = async () => {
    if (child !== undefined) return signalAll(pid(), 'SIGCONT');
    child = spawn('sh', ['-c', program, bin, data], {
      ...as,
      stdio: ['pipe', 'ignore', process.env['POSTGRES_LOG'] === undefined ? 'ignore' : 'inherit'],
    });
    await answers(port);
  };
  const stop: Postgres['stop'] = async (how) => {
    if (how === 'freeze') return signalAll(pid(), 'SIGSTOP');
    const ended = child;
    child = undefined;
    if (ended === undefined) return;
    const closed = once(ended, 'close');
    process.kill(pid(), how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    ended.stdin?.end();
    await closed.catch(() => undefined);
  };
  const dispose = async () => {
    if (child !== undefined) signalAll(pid(), 'SIGCONT');
    await stop('immediate');
  };
  return { start, stop, dispose, postmaster: pid };
}

function address(role: string, port: number, database: string): string {
  return `postgres://${role}:${PASSWORD}@127.0.0.1:${port}/${database}`;
}

function initialise({ bin, data, as }: Omit<Place, 'port'>): void {
  const file = `${data}.password`;
  writeFileSync(file, `${PASSWORD}\n`);
  const args = [
    '-D',
    data,
    '-U',
    ADMIN,
    '--auth=scram-sha-256',
    `--pwfile=${file}`,
    '-E',
    'UTF8',
    '--no-sync',
  ];
  const made = spawnSync(join(bin, 'initdb'), args, { ...as, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  writeFileSync(join(data, 'postgresql.conf'), `include 'lockstep.conf'\n`);
}

/** The server and its children, which are sessions of their own. */
export function processesOf(postmaster: number): readonly number[] {
  const listed = spawnSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], {
    encoding: 'utf8',
  });
  const children = listed.stdout
    .split('\n')
    .map(Number)
    .filter((one) => one > 0);
  return [postmaster, ...children];
}

function signalAll(postmaster: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const one of processesOf(postmaster)) {
    try {
      process.kill(one, signal);
    } catch {
      // It has just ended.
    }
  }
}

async function answers(port: number): Promise<void> {
  const until = performance.now() + START_MS;
  for (;;) {
    try {
      await ask(address(ADMIN, port, 'postgres'), 'SELECT 1');
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}

async function ask(
  url: string,
  text: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
