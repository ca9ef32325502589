import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { tempFolder } from './temp-folder.ts';

/** A pipe that nobody writes to: whoever opens it to read hangs in a system call, out of V8's reach. */
export function emptyFifo(): string {
  const path = join(tempFolder(), 'fifo');
  execFileSync('mkfifo', [path]);
  return path;
}
