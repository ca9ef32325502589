/**
 * The file that lists reports which people already got. It is in the data folder; if that cannot be
 * written (a file system that turned read-only), in memory. So a daemon that fails at every start
 * reports it once.
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';

export function seenFileFor(file: string): string {
  if (isWritable(dirname(file))) return file;
  const hash = createHash('sha256').update(dirname(file)).digest('hex').slice(0, 16);
  const name = `lockstep-told-${process.getuid?.() ?? 'all'}-${hash}`;
  const folder = [SHARED_MEMORY, tmpdir()].map((place) => join(place, name)).find(isPrivate);
  return folder === undefined ? file : join(folder, basename(file));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Other users may write in this folder: the file must be ours, and closed to them. */
function isPrivate(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    return uid === process.getuid?.() && (mode & 0o077) === 0 && lstatSync(folder).isDirectory();
  } catch {
    return false;
  }
}
