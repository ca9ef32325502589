/** Runs programs of the machine for the container tests: each with a time limit, their output kept. */
import { spawn } from 'node:child_process';

export interface Ran {
  /** Null if it had to be killed. */
  readonly code: number | null;
  /** stdout and stderr as they came. */
  readonly output: string;
}

export interface RunOptions {
  readonly timeoutMs: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Never rejects: a program that is not there has code 127, as a shell counts it. */
export function attempt(command: readonly string[], options: RunOptions): Promise<Ran> {
  const [program = '', ...args] = command;
  const { timeoutMs, ...rest } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      ...rest,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** What it printed. @throws if it failed, with all of that */
export async function run(command: readonly string[], options: RunOptions): Promise<string> {
  const { code, output } = await attempt(command, options);
  if (code === 0) return output;
  throw new Error(`${command.join(' ')} ended with ${code ?? 'SIGKILL (too late)'}:\n${output}`);
}
