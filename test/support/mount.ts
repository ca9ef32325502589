/** Mounts a small file system in memory; the caller unmounts it. */
import { execFileSync } from 'node:child_process';

/** @returns why it is impossible here; undefined when it is mounted */
export function mountSmallDisk(path: string, mib: number): string | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m,mode=0700`, 'tmpfs', path], {
      stdio: 'pipe',
    });
    return undefined;
  } catch {
    return 'no file system can be mounted here (it takes root)';
  }
}
