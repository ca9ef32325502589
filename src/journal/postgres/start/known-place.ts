/**
 * What this data folder knows of the chain: the number of the last change that the database confirmed. A database that
 * was set back while no daemon ran (an old copy was restored, a standby was promoted that lacked the end) is behind it at
 * the next start.
 *
 * A note is written in place and without a sync: it outlives the process, and after a crash of the machine it may be
 * older than the truth, which hides a loss and never invents one.
 */
import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { codeOf, messageOf } from '../../../base/error-fields.ts';
import { makePrivate } from '../../../files/private-file.ts';
import type { Place } from '../seat.ts';

/** One write of less than a page is whole or not there. */
const BYTES = 128;

export interface Known extends Pick<Place, 'epoch' | 'batch'> {
  /** The id of the journal: another database has other numbers. */
  readonly journal: string;
}

/** Undefined: it knows nothing yet. */
export function readKnown(file: string): Known | undefined {
  try {
    const { journal, epoch, batch } = Object(JSON.parse(readFileSync(file, 'utf8'))) as Known;
    const isNote = typeof journal === 'string' && [epoch, batch].every(Number.isSafeInteger);
    return isNote ? { journal, epoch, batch } : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether the database, whose seat was just taken, lacks what it had confirmed. */
export function isBehind({ journal, epoch, batch }: Known, found: Known): boolean {
  return journal === found.journal && (found.batch < batch || found.epoch <= epoch);
}

export class KnownPlace {
  readonly #journal: string;
  readonly #onFault: (why: string) => void;
  #handle: number | undefined;

  /** @param onFault it cannot be written, and is written no more */
  constructor(file: string, journal: string, onFault: (why: string) => void) {
    this.#journal = journal;
    this.#onFault = onFault;
    this.#attempt(() => {
      makePrivate(file);
      this.#handle = openSync(file, constants.O_RDWR | constants.O_NOFOLLOW);
    });
  }

  note({ epoch, batch }: Pick<Place, 'epoch' | 'batch'>): void {
    const known: Known = { journal: this.#journal, epoch, batch };
    const line = `${JSON.stringify(known).padEnd(BYTES - 1)}\n`;
    const handle = this.#handle;
    if (handle !== undefined) this.#attempt(() => writeSync(handle, line, 0));
  }

  close(): void {
    const handle = this.#handle;
    if (handle === undefined) return;
    this.#handle = undefined;
    this.#attempt(() => {
      fsyncSync(handle);
      closeSync(handle);
    });
  }

  /** It only helps to notice a loss: the daemon works without it. */
  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#handle = undefined;
      this.#onFault(messageOf(error));
    }
  }
}
