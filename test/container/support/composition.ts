/**
 * docker-compose.yml brought up as its users do, under a name, ports and volumes of its own, with
 * receivers for what it sends: syslog by UDP, and the pings of cron, which here come every minute.
 */
import { createSocket } from 'node:dgram';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { freePorts } from '../../support/free-ports.ts';
import { attempt, type Ran, run } from './program.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');
const UP_MS = 60_000;
const DOWN_MS = 120_000;
const CALL_MS = 60_000;
const ASK_MS = 20_000;

export type Service = 'lockstepd' | 'nodesim';

export interface Container {
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string };
  };
  readonly RestartCount: number;
  readonly HostConfig: {
    readonly Memory: number;
    readonly RestartPolicy: { readonly Name: string };
  };
}

export interface Ping {
  readonly path: string;
  readonly body: string;
}

/** Everything the composition reported so far. */
export interface Composition extends AsyncDisposable {
  readonly pings: readonly Ping[];
  readonly syslog: readonly string[];
  readonly opsUrl: string;
  compose(...args: readonly string[]): Promise<string>;
  /** In the container of a service, as its user. */
  exec(service: Service, ...command: readonly string[]): Promise<Ran>;
  inspect(service: Service): Promise<Container>;
  logs(service: Service): Promise<string>;
}

/** The words that call compose here, or undefined. */
export async function findCompose(): Promise<readonly string[] | undefined> {
  for (const words of [['docker', 'compose'], ['docker-compose']]) {
    const seen = await attempt([...words, 'version'], { timeoutMs: ASK_MS });
    if (seen.code === 0) return words;
  }
  return undefined;
}

export async function compositionUp(words: readonly string[]): Promise<Composition> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-compose-'));
  const project = basename(folder).toLowerCase();
  const pings = await receivePings();
  const syslog = await receiveSyslog();
  const [commands, events, ops] = await freePorts(3);
  const env = {
    ...ofTheEngine(process.env),
    COMMANDS_PORT: String(commands),
    EVENTS_PORT: String(events),
    OPS_PORT: String(ops),
    SYSLOG_ADDRESS: `udp://127.0.0.1:${syslog.port}`,
    HC_PING_URL: `http://receiver:${pings.port}/ping?create=1`,
  };
  const files = [join(PROJECT, 'docker-compose.yml'), everyMinute(folder)];
  // In place of a file `.env` beside docker-compose.yml.
  const settings = join(folder, 'env');
  writeFileSync(settings, '');
  const named = files.flatMap((file) => ['-f', file]);
  const head = [...words, '--env-file', settings, ...named, '-p', project];
  const compose = (...args: readonly string[]): Promise<string> =>
    run([...head, ...args], { timeoutMs: DOWN_MS, env });
  const close = async (): Promise<void> => {
    await compose('down', '--volumes', '--timeout', '45');
    pings.close();
    syslog.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const idOf = async (service: Service): Promise<string> =>
    (await compose('ps', '-q', service)).trim();
  try {
    await run([...head, 'up', '-d', '--no-build'], { timeoutMs: UP_MS, env });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    pings: pings.received,
    syslog: syslog.received,
    opsUrl: `http://127.0.0.1:${ops}`,
    compose,
    exec: async (service, ...command) =>
      attempt(['docker', 'exec', await idOf(service), ...command], { timeoutMs: CALL_MS }),
    inspect: async (service) => {
      // With -a also one that has stopped.
      const ids = await compose('ps', '-a', '-q', service);
      const text = await run(['docker', 'inspect', ids.trim()], { timeoutMs: ASK_MS });
      const [container] = JSON.parse(text) as readonly Container[];
      if (container === undefined) throw new Error(`${service} has no container`);
      return container;
    },
    logs: async (service) => {
      const ids = await compose('ps', '-a', '-q', service);
      return run(['docker', 'logs', ids.trim()], { timeoutMs: ASK_MS });
    },
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Without the variables that docker-compose.yml would pass to the daemon: they might name real
 * nodes.
 */
function ofTheEngine(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const needed = /^(PATH|HOME|TMPDIR|XDG_.*|DOCKER_.*|LOCKSTEP_IMAGE)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => needed.test(name)));
}

/** A second compose file: cron's own granularity is a minute, and the receivers are on the host. */
function everyMinute(folder: string): string {
  const crontab = join(folder, 'crontab');
  const own = readFileSync(join(PROJECT, 'supervisor/crontab'), 'utf8');
  writeFileSync(crontab, own.replace(/^\*\/5 /m, '* '));
  chmodSync(crontab, 0o644);
  const file = join(folder, 'compose.yml');
  const lockstepd = {
    volumes: [`${crontab}:/etc/cron.d/lockstep:ro`],
    extra_hosts: ['receiver:host-gateway'],
  };
  writeFileSync(file, JSON.stringify({ services: { lockstepd } }));
  return file;
}

interface Receiver<T> {
  readonly port: number;
  readonly received: readonly T[];
  close(): void;
}

function receivePings(): Promise<Receiver<Ping>> {
  const received: Ping[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      received.push({ path: request.url ?? '', body });
      response.end('OK');
    });
  });
  return new Promise((done) => {
    server.listen(0, '0.0.0.0', () => {
      const { port } = server.address() as AddressInfo;
      done({ port, received, close: () => server.close() });
    });
  });
}

function receiveSyslog(): Promise<Receiver<string>> {
  const received: string[] = [];
  const socket = createSocket('udp4', (message) => {
    received.push(String(message));
  });
  return new Promise((done) => {
    socket.bind(0, '127.0.0.1', () => {
      done({ port: socket.address().port, received, close: () => socket.close() });
    });
  });
}
