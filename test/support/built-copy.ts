/**
 * The project as its users have it, in a folder of its own: freshly built, supervised by its own
 * pm2. It does not outlive the process that made it: see test/fixtures/take-down.js.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildPage } from '../page/support/build-page.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const TAKE_DOWN = join(PROJECT, 'test/fixtures/take-down.js');
const COPIED = ['bin', 'docs', 'ecosystem.config.cjs', 'package.json', 'supervisor'];

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BuiltCopy extends AsyncDisposable {
  readonly root: string;
  /** Runs a program in the copy, in its environment. */
  run(command: readonly [string, ...string[]], more?: NodeJS.ProcessEnv): Promise<Finished>;
  /** The output of an app in its log. */
  logOf(app: string): string;
  /** The command lines of all processes that name this copy. */
  processes(): readonly string[];
}

/**
 * @param env more environment for its programs; disposing the copy stops its programs and removes
 * it
 */
export async function buildCopy(env: Readonly<Record<string, string>> = {}): Promise<BuiltCopy> {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-copy-'));
  const takeDown = watchOver(root);
  for (const path of COPIED) cpSync(join(PROJECT, path), join(root, path), { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
  const build = ['-p', join(PROJECT, 'tsconfig.build.json'), '--outDir', join(root, 'dist')];
  const built = await run(['tsc', ...build], { cwd: root, env: environment() });
  buildPage(join(root, 'dist/page'));
  if (built.code !== 0) {
    await takeDown();
    throw new Error(`the build failed:\n${built.stdout}`);
  }
  return {
    root,
    run: (command, more = {}) =>
      run(command, { cwd: root, env: { ...environment(), ...env, ...more } }),
    logOf: (app) => readFileSync(join(root, 'data/logs', `${app}.log`), 'utf8'),
    processes: () => processesNaming(root),
    [Symbol.asyncDispose]: takeDown,
  };
}

/**
 * Stops the copy and removes it when this process ends, or when the returned function is called.
 */
function watchOver(root: string): () => Promise<void> {
  // A process group of its own, so that Ctrl-C at a terminal does not end it too early.
  const guard = spawn(process.execPath, [TAKE_DOWN, root], {
    detached: true,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const done = once(guard, 'exit');
  return async () => {
    guard.stdin.end();
    await done;
  };
}

/** Without the variables of the test runner and the shell. */
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
    return ''; // The process ended during the search.
  }
}
