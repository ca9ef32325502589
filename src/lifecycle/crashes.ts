/**
 * Counts the runs of the daemon that ended by a thread that crashed, hung or ran out of memory. The
 * count is in a file, because the lost thread may be the one with the journal; main writes it at
 * the moment of the loss, whatever becomes of the shutdown. It does not wait for the disk, which may
 * hang: the file outlives the process, and a power loss is no loss of a thread. A process that is
 * killed from outside is not counted. coordinator/commands/probation.ts uses the count.
 */
import { readFileSync, renameSync } from 'node:fs';
import { codeOf } from '../base/error-fields.ts';
import { writePrivateFile } from '../files/private-file.ts';
import type { Loss } from './threads.ts';

/** After this time a run has survived the commands of earlier runs. */
const PROVEN_MS = 60_000;

interface Counts {
  /** Consecutive latest runs that ended so before they survived. */
  readonly inARow: number;
  /** All runs that ended so, ever. */
  readonly all: number;
}

export class Crashes {
  readonly #file: string;
  readonly #onTrouble: (error: unknown) => void;
  #counts: Counts;
  #isProven = false;

  constructor(file: string, onTrouble: (error: unknown) => void) {
    this.#file = file;
    this.#onTrouble = onTrouble;
    this.#counts = this.#read();
  }

  /** Of the runs before this one. */
  get counts(): Counts {
    return this.#counts;
  }

  /**
   * Counts this loss as the end of this run. A failure outside the daemon does not count: no
   * command caused it.
   */
  count({ kind }: Loss): void {
    if (kind === 'failed') return;
    const { inARow, all } = this.#counts;
    this.#write({ inARow: this.#isProven ? 0 : inARow + 1, all: all + 1 });
  }

  /** All commands of earlier runs are driven again. */
  takenUp(): void {
    const prove = () => {
      this.#isProven = true;
      if (this.#counts.inARow > 0) this.#write({ ...this.#counts, inARow: 0 });
    };
    setTimeout(prove, PROVEN_MS).unref();
  }

  #read(): Counts {
    try {
      const { inARow, all }: Partial<Counts> = JSON.parse(readFileSync(this.#file, 'utf8'));
      if (isCount(inARow) && isCount(all)) return { inARow, all };
      this.#onTrouble(new Error(`${this.#file} is corrupt: it has no counts`));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.#onTrouble(error);
    }
    return { inARow: 0, all: 0 };
  }

  #write(counts: Counts): void {
    this.#counts = counts;
    try {
      writePrivateFile(`${this.#file}.new`, JSON.stringify(counts));
      renameSync(`${this.#file}.new`, this.#file);
    } catch (error) {
      this.#onTrouble(error);
    }
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
