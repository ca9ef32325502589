/**
 * Watches that the files at the journal's path are still those that are open. Their names can be
 * removed or given to other files while SQLite writes on to files that nobody can find any more: all
 * that was answered would be lost with the process (P3).
 *
 * A copy written over the open file keeps its inode, so its size and time are compared as well: only
 * this process writes to it, in a checkpoint, which may be part of any write. Hence one look before and
 * one note after each write: 3 to 6 µs of a commit. Files are looked at by name only: to open one would end the
 * locks of SQLite when it is closed.
 */
import { type Stats, statSync } from 'node:fs';
import { JournalError } from '../../errors.ts';

/** `moved`: removed, or another file has its name. `overwritten`: the same file, changed by others. */
export interface Trouble {
  readonly kind: 'moved' | 'overwritten';
  /** What happened, as a sentence without its end. */
  readonly what: string;
}

export class Vigil {
  readonly #path: string;
  readonly #besides: ReadonlyMap<string, Stats | undefined>;
  #file: Stats | undefined;

  /** @param path of a journal that is open and has been read from, so that all its files are there */
  constructor(path: string) {
    this.#path = path;
    this.#file = look(path);
    this.#besides = new Map(['-wal', '-shm'].map((end) => [path + end, look(path + end)]));
  }

  /** Call before each write. */
  trouble(): Trouble | undefined {
    const now = look(this.#path);
    const moved = movedFrom(this.#path, this.#file, now);
    if (moved !== undefined) return moved;
    if (now?.size === this.#file?.size && now?.mtimeMs === this.#file?.mtimeMs) return undefined;
    return { kind: 'overwritten', what: `another program has written to ${this.#path}` };
  }

  /** Call now and then: what stands beside the journal's file belongs to it. */
  troubleBeside(): Trouble | undefined {
    for (const [path, before] of this.#besides) {
      const moved = movedFrom(path, before, look(path));
      if (moved !== undefined) return moved;
    }
    return undefined;
  }

  /** Call after each write. */
  note(): void {
    const now = look(this.#path);
    // Moved meanwhile: that is for the next look.
    if (isSame(this.#file, now)) this.#file = now;
  }

  /** Whether the name still leads to the file that is open. */
  get hasItsName(): boolean {
    return isSame(this.#file, look(this.#path));
  }
}

function movedFrom(
  path: string,
  before: Stats | undefined,
  now: Stats | undefined,
): Trouble | undefined {
  if (isSame(before, now)) return undefined;
  const how = now === undefined ? 'was removed' : 'was replaced by another file';
  return { kind: 'moved', what: `${path} ${how} while the daemon ran` };
}

function isSame(before: Stats | undefined, now: Stats | undefined): boolean {
  return before !== undefined && before.ino === now?.ino && before.dev === now.dev;
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return undefined;
    throw new JournalError(`cannot look at ${path}: ${message}`, { code: 'io', cause });
  }
}
