/** Mounts a small file system in memory; whoever does that unmounts it. */
import { execFileSync } from 'node:child_process';

/** @returns why it can't be done here; undefined when it is done */
export function mountSmallDisk(path: string, mib: number): string | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', path], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'no file system can be mounted here (it takes root)';
  }
}
