/**
 * Damaged rows that were met while the daemon works: each is logged once, all are counted, and people get a notice.
 * Whoever looks again and again at one row fills no log (P9, P10).
 *
 * Other failures of queries are programmers' errors: one line of the log for many of them.
 */
import { Seldom } from '../../base/seldom.ts';
import { JournalError } from '../../journal/errors.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { RaisedNotice } from '../../observe/notify/notice-kinds.ts';
import type { Figures } from '../../protocol/figures.ts';

/** Further ones are counted only. */
const LOGGED_MAX = 1_000;

interface Targets {
  readonly log: Pick<Log, 'error'>;
  readonly notify: (notice: RaisedNotice) => void;
}

export class DamageNews {
  readonly #targets: Targets;
  readonly #logged = new Set<string>();
  readonly #lines = new Seldom();
  #reads = 0;
  #failed = 0;

  constructor(targets: Targets) {
    this.#targets = targets;
  }

  readonly note = ({ message, hint }: JournalError): void => {
    this.#reads++;
    if (this.#logged.size >= LOGGED_MAX || this.#logged.has(message)) return;
    this.#logged.add(message);
    const { log, notify } = this.#targets;
    log.error('the journal is damaged', { error: message, hint });
    notify({ kind: 'journal_damaged' });
  };

  /** A query of a client failed. */
  readonly noteFailed = (error: unknown): void => {
    // A stop, while the database is away: the client is told.
    if (error instanceof JournalError && error.code === 'closed') return;
    if (error instanceof JournalError) return this.note(error);
    this.#failed++;
    if (this.#lines.take() === 0) return;
    this.#targets.log.error('a query of a client failed', { error, failed: this.#failed });
  };

  get counts(): Pick<Figures, 'damagedReads'> {
    return { damagedReads: this.#reads };
  }
}
