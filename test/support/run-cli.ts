/** Runs the command line as its users do: as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { programEnv } from './program-env.ts';

export const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Provides a terminal for a program. */
export const SCRIPT = '/usr/bin/script';

export interface CliOptions {
  /** Written to stdin. Absent: stdin is empty. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** For Node itself. */
  readonly nodeOptions?: readonly string[];
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
  /** Its output on stderr so far. */
  said(): string;
}

/** Starts it; stdin stays open until the test ends it, unless there is `input`. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const child = spawn(process.execPath, [...(options.nodeOptions ?? []), CLI, ...args], {
    env: { ...programEnv(), ...options.env },
  });
  let detail = '';
  child.stderr.on('data', (chunk: Buffer) => {
    detail += String(chunk);
  });
  // A run that ends early does not read the rest of its input.
  child.stdin.on('error', () => {});
  if (options.input !== undefined) child.stdin.end(options.input);
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const result = Promise.all([ended, text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]) => ({ code, stdout, stderr }),
  );
  return { child, result, said: () => detail };
}

export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, { input: '', ...options }).result;
}

/** Why there is no terminal for a test here; undefined if there is one. */
export const noTerminal = existsSync(SCRIPT) ? undefined : `${SCRIPT} is not installed`;

/** The same at a terminal: stdout and stderr are one stream, `input` is typed. */
export async function runCliAtTerminal(
  args: readonly string[],
  {
    input = '',
    env = {},
    columns,
  }: Pick<CliOptions, 'env'> & { readonly input?: string; readonly columns?: number } = {},
): Promise<Pick<CliResult, 'code' | 'stdout'>> {
  const words = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(' ');
  const line = columns === undefined ? words : `stty cols ${columns} rows 24; ${words}`;
  const child = spawn(SCRIPT, ['-qec', line, '/dev/null'], {
    env: { ...programEnv(), TERM: 'xterm', ...env },
  });
  child.stdin.write(input);
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [[code], stdout] = await Promise.all([ended, text(child.stdout)]);
  return { code, stdout };
}
