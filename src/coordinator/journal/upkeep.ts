/**
 * Keeps the journal small: old history goes in small steps, each in a turn of
 * its own, so that work goes between; the driver's files are tidied every second. Once a minute the
 * journal is told how long the daemon has lived: by that alone history grows old (P7).
 *
 * What can be better the next time (somebody reads the journal for long) is no reason to stop: it is
 * said, and tried again.
 */
import { JournalError } from '../../journal/errors.ts';
import type { Journal, Moment } from '../../journal/port.ts';
import type { Batch } from '../batch.ts';

const TIDY_EVERY_MS = 1000;
const PRUNE_EVERY_MS = 60_000;
const PRUNE_STEP = 500;

export interface UpkeepOptions {
  readonly journal: Journal;
  readonly moment: () => Moment;
  readonly retentionMs: number;
  /** Has something done in a turn of its own, soon. */
  readonly post: (act: (batch: Batch) => void) => void;
  readonly onTrouble: (what: string, error: JournalError) => void;
}

export class Upkeep {
  readonly #options: UpkeepOptions;
  #lastTidy: number;
  #lastPrune: number;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#lastTidy = options.moment().at;
    this.#lastPrune = this.#lastTidy;
  }

  /** Call it now and then; it does what is due. */
  look(batch: Batch): void {
    const now = this.#options.moment().at;
    if (now - this.#lastPrune >= PRUNE_EVERY_MS) {
      this.#lastTidy = now;
      this.#prune(batch);
    } else if (now - this.#lastTidy >= TIDY_EVERY_MS) {
      this.#lastTidy = now;
      batch.read(() => this.#try(() => this.#options.journal.tidy()));
    }
  }

  #prune(batch: Batch): void {
    const { journal, moment, retentionMs, post } = this.#options;
    // Counted from the latest step: a long history has many, and one row of steps is enough.
    this.#lastPrune = moment().at;
    batch.read(() =>
      this.#try(async () => {
        const { lived } = moment();
        const pruned = await journal.prune({ lived, retentionMs, limit: PRUNE_STEP });
        if (pruned === PRUNE_STEP) post((next) => this.#prune(next));
        await journal.tidy();
      }),
    );
  }

  async #try(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof JournalError && error.retry)) throw error;
      this.#options.onTrouble('the upkeep of the journal failed; it is tried again', error);
    }
  }
}
