/** Verifies the checksum of every row that is read, and then gives its meaning. */
import type { Database } from 'better-sqlite3';
import { JournalError } from '../../errors.ts';
import type { RecoverableCommand, StoredCommand } from '../../port.ts';
import { illegible } from '../../stored/legible.ts';
import { openOf, storedOf } from '../../stored/rows.ts';
import type { Clusters } from '../clusters.ts';
import type { CommandRow, EntryRow } from '../columns.ts';
import { prepareEntriesOf } from '../reads.ts';
import type { Head } from './head.ts';
import { acceptSum, entrySum, openSum, plus, settleSum } from './row-sums.ts';

export class RowReader {
  readonly #clusters: Clusters;
  readonly #entriesOf;
  readonly #summedAfter: number;

  constructor(db: Database, clusters: Clusters, head: Head) {
    this.#clusters = clusters;
    this.#entriesOf = prepareEntriesOf(db);
    this.#summedAfter = head.read().summedAfter;
  }

  /** @throws JournalError `damaged` */
  stored(row: CommandRow): StoredCommand {
    this.verify(row);
    return storedOf(row, this.#clusters);
  }

  storedOrDamaged(row: CommandRow): StoredCommand | JournalError {
    try {
      return this.stored(row);
    } catch (error) {
      if (error instanceof JournalError && error.code === 'damaged') return error;
      throw error;
    }
  }

  /** An open command; `entries` are its own, in order. @throws JournalError `damaged` */
  open(row: CommandRow, entries: readonly EntryRow[]): RecoverableCommand {
    verifyRow(row, entries, this.#summedAfter);
    return openOf(row, entries, this.#clusters);
  }

  /** @throws JournalError `damaged` */
  verify(row: CommandRow): void {
    const entries = row.settled_at === null ? this.#entriesOf.all(row.seq) : [];
    verifyRow(row, entries, this.#summedAfter);
  }
}

/**
 * @param entries of an open command
 * @throws JournalError `damaged`
 */
export function verifyRow(
  row: CommandRow,
  entries: readonly EntryRow[],
  summedAfter: number,
): void {
  const { seq, accept_sum: accept, state_sum: state } = row;
  const isOld = seq <= summedAfter;
  if (accept === null ? !isOld : accept !== acceptSum(row))
    throw illegible(seq, 'its acceptance does not match its checksum');
  if (row.settled_at !== null) {
    // SQL adds without wrapping.
    const fits = state === null ? isOld : plus(state, 0) === settleSum(row);
    if (fits && row.stuck === 0) return;
    throw illegible(seq, 'its settlement does not match its checksum');
  }
  // Its first steps may have no checksum.
  if (accept === null) return;
  const sum = entries.reduce((all, entry) => plus(all, entrySum(entry)), openSum(row));
  if (state === null || plus(state, 0) !== sum || !follows(row, entries))
    throw illegible(seq, 'its state does not match its checksum');
}

/** These columns repeat what its entries say; no checksum has them. */
function follows(row: CommandRow, entries: readonly EntryRow[]): boolean {
  const turn = entries.findLast(({ kind }) => kind === 'turned');
  const begun = row.began_at === null ? 'accepted' : 'applying';
  const isStuck = entries.some(({ kind }) => kind === 'stuck');
  return (
    row.state === (turn === undefined ? begun : 'compensating') &&
    row.stuck === (isStuck ? 1 : 0) &&
    row.reason === (turn === undefined ? null : JSON.parse(turn.body).reason)
  );
}
