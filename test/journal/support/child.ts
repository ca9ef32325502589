/** A real process on a real journal file, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const WRITE_ON = new URL('../programs/write-on.ts', import.meta.url);
const WITHOUT_DESCRIPTORS = new URL('../programs/without-descriptors.ts', import.meta.url);

export interface Child {
  readonly pid: number | undefined;
  /** Its next line of output that begins with `start`; fails if it ends before. */
  line(start: string): Promise<string>;
  /** Ends it with SIGKILL; returns all lines of its output. */
  kill(): Promise<readonly string[]>;
}

/** Starts test/journal/programs/write-on.ts; it is killed with the test at the latest. */
export function writer(file: string, count: number, maxFileBytes?: number): Child {
  // Every write beyond it fails, as on a failing disk.
  const limit = maxFileBytes === undefined ? ':' : `ulimit -f ${Math.ceil(maxFileBytes / 512)}`;
  return start(limit, [fileURLToPath(WRITE_ON), file, String(count)]);
}

/** Starts test/journal/programs/without-descriptors.ts; it is killed with the test at the latest. */
export function withoutDescriptors(url: string, folder: string): Child {
  return start('ulimit -n 128', [fileURLToPath(WITHOUT_DESCRIPTORS), url, folder]);
}

function start(limit: string, args: readonly string[]): Child {
  const child = spawn('sh', ['-c', `${limit}; exec "$0" "$@"`, process.execPath, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
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

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
