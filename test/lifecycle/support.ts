/** Runs the small daemon (programs/small-daemon.ts) as a process of its own, with real signals. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import type { SmallDaemonSetting } from './programs/small-daemon.ts';

const PROGRAM = fileURLToPath(new URL('./programs/small-daemon.ts', import.meta.url));

const GOOD: SmallDaemonSetting = {
  coordinator: 'works',
  executors: ['works', 'works'],
  drainMs: 20_000,
  interruptMs: 20_000,
  hardExitMs: 45_000,
  fifo: '',
};

export interface SmallDaemon {
  readonly pid: number;
  /** Its log so far: level and message. */
  readonly lines: readonly string[];
  /** Resolves when it has logged a line that holds this. */
  logged(part: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals>;
}

export function startSmallDaemon(setting: Partial<SmallDaemonSetting> = {}): SmallDaemon {
  const argument = JSON.stringify({ ...GOOD, ...setting });
  const child = spawn(process.execPath, [PROGRAM, argument], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [level, message] = JSON.parse(line) as [string, string];
    lines.push(`${level} ${message}`);
  });
  // Unread, it would block the process; read, it explains a failure.
  let trouble = '';
  child.stderr.on('data', (chunk) => {
    trouble += String(chunk);
  });
  const exit = once(child, 'close').then(
    ([code, signal]) => (code ?? signal) as number | NodeJS.Signals,
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return {
    pid: child.pid ?? 0,
    lines,
    logged: async (part) => {
      await expect
        .poll(() => [...lines, trouble].join('\n'), { timeout: 20_000, interval: 10 })
        .toContain(part);
    },
    signal: (signal) => void child.kill(signal),
    exit,
  };
}
