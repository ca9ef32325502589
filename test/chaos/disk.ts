/** A small disk for the daemon alone, and a file that fills it. */
import { mkdirSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { mountSmallDisk } from '../support/mount.ts';

const CHUNK = new Uint8Array(8 << 20);
const LAST_BYTES = 4096;
/** Another program may free space meanwhile. */
const LAST_WRITES_MAX = 2000;

export class Disk {
  readonly path: string;
  /** Why there is no such disk here, so that it can't be filled. */
  readonly why: string | undefined;
  readonly #file: string;

  /** Unmounted together with its folder. */
  constructor(path: string, mib: number) {
    mkdirSync(path);
    this.path = path;
    this.#file = join(path, 'filler');
    this.why = mountSmallDisk(path, mib);
  }

  async fill(leaveBytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.path);
    await using file = await open(this.#file, 'a');
    let left = bavail * bsize - leaveBytes;
    try {
      for (; left > 0; left -= CHUNK.length) {
        await file.write(CHUNK, 0, Math.min(left, CHUNK.length));
      }
      // Others write too: the last byte is gone when a write fails.
      for (let more = leaveBytes === 0 ? LAST_WRITES_MAX : 0; more > 0; more--) {
        await file.write(CHUNK, 0, LAST_BYTES);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  async free(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}
