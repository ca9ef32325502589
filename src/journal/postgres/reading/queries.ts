/**
 * Reading, on a connection of its own, so that no listing stands before a commit. A read without an answer is repeated, and
 * counts as a database that is away: a batch may wait for it.
 */
import { JournalError } from '../../errors.ts';
import { asJournalError, passes, whyAway } from '../failure.ts';
import type { Link, Row } from '../link.ts';
import type { Outage } from '../outage.ts';
import { Pauses } from '../pause.ts';
import { AWAY_MS } from '../seat.ts';

export interface QueriesOptions {
  readonly link: Link;
  /** The database, for messages. */
  readonly shown: string;
  /** ms. */
  readonly now: () => number;
  readonly outage: Outage;
  /** A read is tried again; told each time. */
  readonly onWaiting: () => void;
}

interface Read {
  readonly begunAt: number;
}

export class Queries {
  readonly #options: QueriesOptions;
  /** In the order in which they began. */
  readonly #open = new Set<Read>();
  readonly #closing = new AbortController();

  constructor(options: QueriesOptions) {
    this.#options = options;
  }

  /** How long the oldest read has waited for the database, ms; undefined: less than {@link AWAY_MS}. */
  get awayMs(): number | undefined {
    const [oldest] = this.#open;
    if (oldest === undefined) return undefined;
    const ms = this.#options.now() - oldest.begunAt;
    return ms < AWAY_MS ? undefined : ms;
  }

  /** @throws JournalError */
  async rows(text: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    const read = { begunAt: this.#options.now() };
    this.#open.add(read);
    try {
      return await this.#untilAnswered(read, text, values);
    } finally {
      this.#open.delete(read);
    }
  }

  close(): void {
    this.#closing.abort();
  }

  async #untilAnswered(
    { begunAt }: Read,
    text: string,
    values: readonly unknown[] | undefined,
  ): Promise<readonly Row[]> {
    const { link, shown, outage, onWaiting } = this.#options;
    const pauses = new Pauses(this.#closing.signal);
    for (;;) {
      if (this.#closing.signal.aborted) {
        throw new JournalError('the journal is closed', { code: 'closed' });
      }
      try {
        const { rows } = await link.query(text, values);
        outage.end();
        return rows;
      } catch (error) {
        if (!passes(error)) throw asJournalError(error, shown);
        outage.begin(whyAway(error), begunAt);
        onWaiting();
      }
      await pauses.next();
    }
  }
}
