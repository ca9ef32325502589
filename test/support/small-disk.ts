/** A file system of a few MiB, in memory, for what happens when a disk is full. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { mountSmallDisk } from './mount.ts';

/** Its folder; it is gone after the test. Skips the test where nothing can be mounted. */
export function smallDisk(ctx: TestContext, mib: number): string {
  const path = mkdtempSync(join(tmpdir(), 'lockstep-small-disk-'));
  const why = mountSmallDisk(path, mib);
  if (why !== undefined) {
    rmdirSync(path);
    ctx.skip(why);
  }
  onTestFinished(() => {
    // Lazily: a daemon of the test may be on its way out.
    execFileSync('umount', ['--lazy', path]);
    rmdirSync(path);
  });
  return path;
}
