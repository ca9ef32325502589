/** A file system of a few MiB, in memory, for tests of a full disk. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { mountSmallDisk } from './mount.ts';

/** Its folder, removed after the test. Skips the test if nothing can be mounted. */
export function smallDisk(ctx: TestContext, mib: number): string {
  const path = mkdtempSync(join(tmpdir(), 'lockstep-small-disk-'));
  const why = mountSmallDisk(path, mib);
  if (why !== undefined) {
    rmdirSync(path);
    ctx.skip(why);
  }
  onTestFinished(() => {
    // Lazily: a daemon of the test may still be stopping.
    execFileSync('umount', ['--lazy', path]);
    rmdirSync(path);
  });
  return path;
}
