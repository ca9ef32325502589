/**
 * Bounds the files, in steps small enough to fit between two commits: copies the WAL back, and
 * gives the pages that pruning freed to the file system.
 *
 * SQLite checkpoints by itself after commits, but hides its errors there; here they are reported.
 */
import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { JournalError } from '../errors.ts';
import type { Pruning } from '../port.ts';
import type { Head } from './sums/head.ts';
import { Ledger } from './sums/ledger.ts';
import { preparePruneRecords } from './tables/records.ts';
import { preparePrune } from './writes.ts';

/** A longer WAL is cut, with a short wait for its readers. */
export const WAL_BOUND_BYTES = 32 * 1024 * 1024;
/** A reader may delay one `tidy` no longer than this. */
const READER_WAIT_MS = 50;
/** Free pages that are kept for the next commands: 4 MiB. */
const FREE_PAGES_KEPT = 1_024;
/** Pages given back in one step: 1 MiB. */
const VACUUM_STEP_PAGES = 256;

/** The result of a checkpoint: pages in the WAL, and the number of them that were copied back. */
interface Checkpoint {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

export interface FileUpkeepBounds {
  readonly walBytes: number;
  readonly freePagesKept: number;
}

const DEFAULTS: FileUpkeepBounds = { walBytes: WAL_BOUND_BYTES, freePagesKept: FREE_PAGES_KEPT };

export class FileUpkeep {
  readonly #db: Database;
  readonly #walPath: string;
  readonly #head: Head;
  readonly #prune;
  readonly #pruneRecords;
  readonly #bounds: FileUpkeepBounds;
  /** Nothing is left to do, and nothing was written since. */
  #isTidy = false;

  constructor(db: Database, head: Head, bounds: FileUpkeepBounds = DEFAULTS) {
    this.#db = db;
    this.#walPath = `${db.name}-wal`;
    this.#head = head;
    this.#prune = preparePrune(db);
    this.#pruneRecords = preparePruneRecords(db);
    this.#bounds = bounds;
  }

  /** Something was written. */
  written(): void {
    this.#isTidy = false;
  }

  prune({ lived, retentionMs, limit }: Pruning): number {
    this.written();
    return this.#db
      .transaction(() => {
        const ledger = new Ledger();
        for (const sum of this.#pruneRecords.all(lived - retentionMs, limit))
          ledger.unrecorded(sum);
        const pruned = this.#prune.all(lived - retentionMs, limit);
        for (const row of pruned) ledger.pruned(row);
        const head = ledger.appliedTo(this.#head.read());
        this.#head.write({ ...head, lived: Math.max(head.lived, lived) });
        return pruned.length;
      })
      .immediate();
  }

  tidy(): void {
    if (this.#isTidy) return;
    const isVacuumed = this.#vacuum();
    const [state] = this.#db.pragma('wal_checkpoint(PASSIVE)') as Checkpoint[];
    if (this.#walBytes() > this.#bounds.walBytes) this.#truncate();
    this.#isTidy = isVacuumed && state?.busy === 0 && state.log === state.checkpointed;
  }

  /** @returns whether no more pages can be freed */
  #vacuum(): boolean {
    const free = this.#db.pragma('freelist_count', { simple: true }) as number;
    const spare = Math.min(free - this.#bounds.freePagesKept, VACUUM_STEP_PAGES);
    if (spare > 0) this.#db.pragma(`incremental_vacuum(${spare})`);
    return spare <= 0;
  }

  #walBytes(): number {
    return statSync(this.#walPath, { throwIfNoEntry: false })?.size ?? 0;
  }

  #truncate(): void {
    const usual = this.#db.pragma('busy_timeout', { simple: true }) as number;
    this.#db.pragma(`busy_timeout = ${READER_WAIT_MS}`);
    try {
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.#db.pragma(`busy_timeout = ${usual}`);
    }
    const bytes = this.#walBytes();
    if (bytes <= this.#bounds.walBytes) return;
    throw new JournalError(`the journal's WAL has grown to ${bytes} bytes`, {
      code: 'busy',
      hint: 'Another program keeps a read transaction on the journal open: stop it (lsof names it).',
    });
  }
}
