/**
 * Checks that the files at the journal's path are still the open ones. Their names can be removed
 * or given to other files while SQLite continues to write to files without a name: everything
 * answered since would be lost with the process (P3).
 *
 * A copy written over the open file keeps its inode, so size and time are compared too: only this
 * process writes to it, in a checkpoint, which may be part of any write. Hence one check before and
 * one note after each write: 3 to 6 µs of a commit. Files are checked by name only: to open and
 * close one would end the locks of SQLite.
 */
import { type Stats, statSync } from 'node:fs';
import { codeOf, messageOf } from '../../../base/error-fields.ts';
import { JournalError } from '../../errors.ts';

/**
 * `moved`: removed, or another file has its name. `overwritten`: the same file, changed by another
 * program.
 */
export interface Trouble {
  readonly kind: 'moved' | 'overwritten';
  /** The event, as a sentence without its end. */
  readonly what: string;
}

export class Vigil {
  readonly #path: string;
  readonly #besides: ReadonlyMap<string, Stats | undefined>;
  #file: Stats | undefined;

  /** @param path of a journal that is open and has been read from, so that all its files exist */
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

  /** Call from time to time: the files beside the journal belong to it. */
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
    // Moved meanwhile: the next check reports it.
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
    const [code, message] = [codeOf(cause), messageOf(cause)];
    if (code === 'ENOTDIR') return undefined;
    throw new JournalError(`cannot check ${path}: ${message}`, { code: 'io', cause });
  }
}
