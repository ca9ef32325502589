/**
 * The project as its users have it, in a folder of its own: freshly built, supervised by its own
 * pm2, on ports of its own. Nothing of it outlives the test: see test/fixtures/take-down.js.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { freePorts } from './free-ports.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const TAKE_DOWN = join(PROJECT, 'test/fixtures/take-down.js');
const COPIED = ['bin', 'docs', 'ecosystem.config.cjs', 'package.json', 'supervisor'];
const NODES = ['node01', 'node02', 'node03'];

type Later = (act: () => Promise<void>) => void;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProjectCopy {
  readonly root: string;
  readonly endpoint: string;
  readonly eventsEndpoint: string;
  /** Of the simulator, for all nodes. */
  readonly sharedUrl: string;
  /** What tells one copy from another: ports. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a program in the copy, with its environment and more. */
  run(command: readonly [string, ...string[]], more?: NodeJS.ProcessEnv): Promise<Finished>;
  /** What an app wrote to its log. */
  logOf(app: string): string;
  /** The command lines of all processes that name this copy. */
  processes(): readonly string[];
}

/** @param later does what it is given when the copy is not needed any more */
export async function copyProject(later: Later = onTestFinished): Promise<ProjectCopy> {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-copy-'));
  watchOver(root, later);
  for (const path of COPIED) cpSync(join(PROJECT, path), join(root, path), { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
  const build = ['-p', join(PROJECT, 'tsconfig.build.json'), '--outDir', join(root, 'dist')];
  const built = await run(['tsc', ...build], { cwd: root, env: environment() });
  if (built.code !== 0) throw new Error(`the build failed:\n${built.stdout}`);
  const [commands, events, ops, shared = 0] = await freePorts(4 + NODES.length);
  const env = {
    LOCKSTEP_ENDPOINT: `tcp://127.0.0.1:${commands}`,
    LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${events}`,
    LOCKSTEP_OPS_PORT: String(ops),
    LOCKSTEP_NODES: NODES.map(
      (name, index) => `${name}=http://127.0.0.1:${shared + 1 + index}/v1`,
    ).join(),
    NODESIM_PORT: String(shared),
  };
  return {
    root,
    env,
    endpoint: env.LOCKSTEP_ENDPOINT,
    eventsEndpoint: env.LOCKSTEP_EVENTS_ENDPOINT,
    sharedUrl: `http://127.0.0.1:${shared}`,
    run: (command, more = {}) =>
      run(command, { cwd: root, env: { ...environment(), ...env, ...more } }),
    logOf: (app) => readFileSync(join(root, 'data/logs', `${app}.log`), 'utf8'),
    processes: () => processesNaming(root),
  };
}

/** Has the copy taken down and removed when the test ends. */
function watchOver(root: string, later: Later): void {
  // A group of its own, so that Ctrl-C at a terminal does not end it before its work is done.
  const guard = spawn(process.execPath, [TAKE_DOWN, root], {
    detached: true,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const done = once(guard, 'exit');
  later(async () => {
    guard.stdin.end();
    await done;
  });
}

/** Without what the test runner and the shell put in. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG } = process.env;
  const bin = join(PROJECT, 'node_modules/.bin');
  return { PATH: `${bin}:${PATH}`, HOME, LANG, NO_COLOR: '1' };
}

async function run(
  [file, ...args]: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Finished> {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [[code], stdout, stderr] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

function processesNaming(mark: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLineOf)
    .filter((line) => line.includes(mark) && !line.includes(TAKE_DOWN));
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // it ended while we looked
  }
}
