/**
 * The one row of `head`: the counters of the journal, and the counts and sums of its rows. Its checksum is verified
 * whenever it is read: numbers and owner marks are given by it (P7).
 */
import type { Database } from 'better-sqlite3';
import { parseToken } from '../../../core/token.ts';
import { JournalError } from '../../errors.ts';
import { unmarkedId } from '../journal-id.ts';
import type { Ledger, Totals } from './ledger.ts';
import { textSum } from './row-sums.ts';

export interface HeadValues extends Totals {
  readonly lastSeq: number;
  readonly lastToken: string | null;
  readonly lived: number;
  readonly journalId: string | null;
  /** Commands and records up to this number have no checksum. */
  readonly summedAfter: number;
  readonly keptSum: number;
}

/** The highest numbers among the acceptances of one batch. */
export interface Latest {
  readonly seq: number;
  readonly token: string;
  readonly micros: number;
}

interface StoredHead extends HeadValues {
  readonly sum: number;
}

const COLUMNS = `
  last_seq AS lastSeq, last_token AS lastToken, lived, journal_id AS journalId,
  summed_after AS summedAfter, live_count AS liveCount, live_sum AS liveSum,
  every_count AS everyCount, every_sum AS everySum, record_sum AS recordSum, kept_sum AS keptSum, sum`;

export class Head {
  readonly #read;
  readonly #write;

  constructor(db: Database) {
    this.#read = db.prepare<[], StoredHead>(`SELECT ${COLUMNS} FROM head`);
    this.#write = db.prepare<[StoredHead]>(`
      UPDATE head SET
        last_seq = @lastSeq, last_token = @lastToken, lived = @lived, journal_id = @journalId,
        summed_after = @summedAfter, live_count = @liveCount, live_sum = @liveSum,
        every_count = @everyCount, every_sum = @everySum, record_sum = @recordSum, kept_sum = @keptSum, sum = @sum`);
  }

  /** @throws JournalError `corrupt` */
  read(): HeadValues {
    const stored = this.#stored();
    if (stored.sum === sumOf(stored)) return stored;
    throw corrupt('the row of its counters (table head) does not match its checksum');
  }

  /**
   * Which journal it is.
   * @throws JournalError `corrupt`
   */
  journal(): string {
    const { journalId } = this.#stored();
    if (journalId === null) throw corrupt('the row of its counters (table head) has no id');
    return unmarkedId(journalId);
  }

  /** @param latest of the accepted commands; undefined: there are none, and the time lived is not noted */
  raise(ledger: Ledger, latest?: Latest & { readonly lived: number }): void {
    if (latest === undefined && ledger.isEmpty) return;
    const head = ledger.appliedTo(this.read());
    if (latest === undefined) return this.write(head);
    const known = head.lastToken;
    const isHigher = known === null || latest.micros > parseToken(known);
    this.write({
      ...head,
      lastSeq: Math.max(latest.seq, head.lastSeq),
      lastToken: isHigher ? latest.token : known,
      lived: Math.max(head.lived, latest.lived),
    });
  }

  /** For a copy that is saved as it is, and for a schema whose head has no checksum yet. */
  unchecked(): HeadValues {
    return this.#stored();
  }

  write(values: HeadValues): void {
    this.#write.run({ ...values, sum: sumOf(values) });
  }

  /** Changes it, and leaves a wrong checksum wrong. */
  rename(journalId: string): void {
    const stored = this.#stored();
    const renamed = { ...stored, journalId };
    if (stored.sum === sumOf(stored)) this.write(renamed);
    else this.#write.run(renamed);
  }

  #stored(): StoredHead {
    const stored = this.#read.get();
    if (stored === undefined) throw corrupt('the row of its counters (table head) is missing');
    return stored;
  }
}

function corrupt(message: string): JournalError {
  return new JournalError(message, { code: 'corrupt' });
}

function sumOf(head: HeadValues): number {
  const { lastSeq, lastToken, lived, journalId, summedAfter } = head;
  const { liveCount, liveSum, everyCount, everySum, recordSum, keptSum } = head;
  const counters = `${lastSeq}\0${lastToken}\0${lived}\0${journalId}\0${summedAfter}`;
  return textSum(
    `${counters}\0${liveCount}\0${liveSum}\0${everyCount}\0${everySum}\0${recordSum}\0${keptSum}`,
  );
}
