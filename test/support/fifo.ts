import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { tempFolder } from './temp-folder.ts';

/**
 * A pipe without a writer: a program that opens it for reading hangs in a system call, which V8
 * cannot interrupt.
 */
export function emptyFifo(): string {
  const path = join(tempFolder(), 'fifo');
  execFileSync('mkfifo', [path]);
  return path;
}
