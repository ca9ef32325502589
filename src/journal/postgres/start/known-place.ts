/**
 * What this data folder knows of the chain: the number of the last change that the database confirmed. A database that
 * was set back while no daemon ran (an old copy was restored, a standby was promoted that lacked the end) is behind it at
 * the next start.
 *
 * A note is written in place and without a sync: it outlives the process, and after a crash of the machine it may be
 * older than the truth, which hides a loss and never invents one.
 */
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { messageOf } from '../../../base/error-fields.ts';
import { makePrivate } from '../../../files/private-file.ts';
import type { Place } from '../seat.ts';

/** One write of less than a page is whole or not there. */
const BYTES = 128;
/** A link is not followed, and a pipe is opened without a wait for its other end. */
const FLAGS = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface Known extends Pick<Place, 'epoch' | 'batch'> {
  /** The id of the journal: another database has other numbers. */
  readonly journal: string;
}

/** Whether the database, whose seat was just taken, lacks what it had confirmed. */
export function isBehind({ journal, epoch, batch }: Known, found: Known): boolean {
  return journal === found.journal && (found.batch < batch || found.epoch <= epoch);
}

export class KnownPlace {
  readonly #onFault: (why: string) => void;
  #handle: number | undefined;
  #known: Known | undefined;
  #journal: string | undefined;

  /** @param onFault it cannot be read or written, and is written no more */
  constructor(file: string, onFault: (why: string) => void) {
    this.#onFault = onFault;
    this.#attempt(() => {
      makePrivate(file);
      this.#handle = openSync(file, FLAGS);
      if (!fstatSync(this.#handle).isFile()) throw new Error(`${file} is not a file`);
      this.#known = knownIn(this.#handle);
    });
  }

  /** By the last run; undefined: nothing yet. */
  get known(): Known | undefined {
    return this.#known;
  }

  /** Nothing is noted before. */
  begin(journal: string, place: Place): void {
    this.#journal = journal;
    this.note(place);
  }

  note({ epoch, batch }: Pick<Place, 'epoch' | 'batch'>): void {
    const journal = this.#journal;
    const handle = this.#handle;
    if (journal === undefined || handle === undefined) return;
    const known: Known = { journal, epoch, batch };
    const line = `${JSON.stringify(known).padEnd(BYTES - 1)}\n`;
    this.#attempt(() => writeSync(handle, line, 0));
  }

  close(): void {
    const handle = this.#handle;
    if (handle === undefined) return;
    this.#attempt(() => fsyncSync(handle));
    this.#attempt(() => this.#release());
  }

  /** It only helps to notice a loss: the daemon works without it. */
  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#onFault(messageOf(error));
      if (this.#handle !== undefined) this.#attempt(() => this.#release());
    }
  }

  #release(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle !== undefined) closeSync(handle);
  }
}

/** Bytes behind the note do not count. */
function knownIn(handle: number): Known | undefined {
  const bytes = Buffer.alloc(BYTES);
  const count = readSync(handle, bytes, 0, BYTES, 0);
  try {
    const { journal, epoch, batch } = Object(JSON.parse(bytes.toString('utf8', 0, count))) as Known;
    const isNote = typeof journal === 'string' && [epoch, batch].every(Number.isSafeInteger);
    return isNote ? { journal, epoch, batch } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
