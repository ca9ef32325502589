/**
 * Keeps the journal small. Old history is pruned in small steps, each in a batch of its own, so that other work
 * goes on between; the driver's files are tidied every second. Once a minute the journal gets the time that
 * the daemon has lived: history ages by that alone (P7).
 *
 * A failure that may pass (a reader holds the journal for long) is no reason to stop: it is logged, and the
 * upkeep is tried again.
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
  readonly recordRetentionMs: number;
  /** Runs `act` in one of the next batches. */
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

  /** Does what is due. Call it a few times a second. */
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
    const { journal, moment, retentionMs, recordRetentionMs, post } = this.#options;
    // Counted from the latest step: a long history has many steps, and one series of them is enough.
    this.#lastPrune = moment().at;
    batch.read(() =>
      this.#try(async () => {
        const { lived } = moment();
        const pruned = await journal.prune({ lived, retentionMs, limit: PRUNE_STEP });
        const limit = PRUNE_STEP;
        const records = await journal.pruneRecords({
          lived,
          retentionMs: recordRetentionMs,
          limit,
        });
        const acts = await journal.pruneActs({ lived, retentionMs, limit });
        const isMore = [pruned, records, acts].includes(PRUNE_STEP);
        if (isMore) post((next) => this.#prune(next));
        await journal.tidy();
      }),
    );
  }

  async #try(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof JournalError && error.retry)) throw error;
      this.#options.onTrouble('the upkeep of the journal failed; retrying', error);
    }
  }
}
