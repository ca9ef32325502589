/** A file system of a few MiB, in memory, for what happens when a disk is full. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';

/** Its folder; it is gone after the test. Skips the test where nothing can be mounted. */
export function smallDisk(ctx: TestContext, mib: number): string {
  const path = mkdtempSync(join(tmpdir(), 'lockstep-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', path], { stdio: 'pipe' });
  } catch {
    rmdirSync(path);
    ctx.skip('no file system can be mounted here (it takes root)');
  }
  onTestFinished(() => {
    // Lazily: a daemon of the test may be on its way out.
    execFileSync('umount', ['--lazy', path]);
    rmdirSync(path);
  });
  return path;
}
