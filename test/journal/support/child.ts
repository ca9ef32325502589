/** A real process on a real journal file, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../programs/write-on.ts', import.meta.url));

export interface Child {
  readonly pid: number | undefined;
  /** Its next line of output that begins with `start`; fails if it ends before. */
  line(start: string): Promise<string>;
  /** Ends it with SIGKILL; returns all lines of its output. */
  kill(): Promise<readonly string[]>;
}

/** Starts test/journal/programs/write-on.ts; it is killed with the test at the latest. */
export function writer(file: string, count: number, maxFileBytes?: number): Child {
  const args = [PROGRAM, file, String(count)];
  const child =
    maxFileBytes === undefined
      ? spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
      : limited(args, maxFileBytes);
  const detail: string[] = [];
  const waiting = new Set<() => void>();
  const ended = once(child, 'close').then(() => {
    for (const wake of waiting) wake();
  });
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    detail.push(line);
    for (const wake of waiting) wake();
  });

  async function line(start: string): Promise<string> {
    for (;;) {
      const found = detail.find((one) => one.startsWith(start));
      if (found !== undefined) return found;
      if (isOver(child)) throw new Error(`it ended without '${start}': ${detail.join(', ')}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      await promise;
      waiting.delete(resolve);
    }
  }

  async function kill(): Promise<readonly string[]> {
    child.kill('SIGKILL');
    await ended;
    return detail;
  }

  onTestFinished(async () => {
    await kill();
  });
  return { pid: child.pid, line, kill };
}

/** With a file size limit every write beyond it fails, as on a failing disk. */
function limited(args: readonly string[], maxFileBytes: number) {
  const script = `ulimit -f ${Math.ceil(maxFileBytes / 512)}; exec "$0" "$@"`;
  return spawn('sh', ['-c', script, process.execPath, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
