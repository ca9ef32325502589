import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A pipe that nobody writes to: whoever opens it to read hangs in a system call, out of V8's reach. */
export function emptyFifo(): string {
  const dir = mkdtempSync(join(tmpdir(), 'fifo-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'fifo');
  execFileSync('mkfifo', [path]);
  return path;
}
