/** The texts of records, and the bodies that surveys found, in tables of their own. */
import type { Database, Statement } from 'better-sqlite3';
import type { Pruning } from '../../port.ts';
import { illegible } from '../../stored/legible.ts';
import type { Head } from '../sums/head.ts';
import { Ledger } from '../sums/ledger.ts';
import { foundSum, recordSum } from '../sums/row-sums.ts';

export interface RecordRow {
  readonly text: string;
  readonly sum: number | null;
}

export function prepareKeepRecord(
  db: Database,
): Statement<[seq: number, text: string, sum: number]> {
  return db.prepare('INSERT INTO record (seq, text, sum) VALUES (?, ?, ?)');
}

export function prepareReadRecord(db: Database): Statement<[seq: number], RecordRow> {
  return db.prepare('SELECT text, sum FROM record WHERE seq = ?');
}

/** @throws JournalError `damaged` */
export function assertRecord(seq: number, { text, sum }: RecordRow, summedAfter: number): void {
  if (sum === null ? seq <= summedAfter : sum === recordSum(seq, text)) return;
  throw illegible(seq, 'its record does not match its checksum');
}

/**
 * Looks at the oldest records only: commands settle about in the order in which they were accepted, and an
 * index by settlement would cost every command.
 */
export function prepareForgetRecords(
  db: Database,
): Statement<[limit: number, livedBefore: number], number | null> {
  return db
    .prepare<[number, number], number | null>(`
    DELETE FROM record WHERE seq IN (
      SELECT oldest.seq
      FROM (SELECT seq FROM record ORDER BY seq LIMIT ?) AS oldest
      CROSS JOIN command ON command.seq = oldest.seq
      WHERE command.settled_at IS NOT NULL AND command.lived < ?)
    RETURNING sum`)
    .pluck();
}

/** The texts of commands that are about to be pruned, with the same bounds. */
export function preparePruneRecords(
  db: Database,
): Statement<[livedBefore: number, limit: number], number | null> {
  return db
    .prepare<[number, number], number | null>(`
    DELETE FROM record WHERE seq IN (
      SELECT seq FROM command INDEXED BY command_prunable
      WHERE settled_at IS NOT NULL AND lived < ? AND loose = 0
      ORDER BY lived, seq LIMIT ?)
    RETURNING sum`)
    .pluck();
}

export function prepareKeepFound(
  db: Database,
): Statement<[seq: number, node: string, body: string, sum: number]> {
  return db.prepare('INSERT INTO found_body (seq, node, body, sum) VALUES (?, ?, ?, ?)');
}

export interface FoundRow {
  readonly body: string;
  readonly sum: number | null;
}

export function prepareReadFound(db: Database): Statement<[seq: number, node: string], FoundRow> {
  return db.prepare('SELECT body, sum FROM found_body WHERE seq = ? AND node = ?');
}

/** @throws JournalError `damaged` */
export function assertFound(
  { seq, node }: { readonly seq: number; readonly node: string },
  { body, sum }: FoundRow,
  summedAfter: number,
): void {
  if (sum === null ? seq <= summedAfter : sum === foundSum(seq, node, body)) return;
  throw illegible(seq, `the record that ${JSON.stringify(node)} held does not match its checksum`);
}

export function prepareDropFound(db: Database): Statement<[seq: number]> {
  return db.prepare('DELETE FROM found_body WHERE seq = ?');
}

export class Records {
  readonly #readFound;
  readonly #read;
  readonly #forget;
  readonly #summedAfter: number;

  constructor(db: Database, head: Head) {
    this.#read = prepareReadRecord(db);
    this.#readFound = prepareReadFound(db);
    const forget = prepareForgetRecords(db);
    this.#forget = db.transaction((limit: number, livedBefore: number) => {
      const ledger = new Ledger();
      const sums = forget.all(limit, livedBefore);
      for (const sum of sums) ledger.unrecorded(sum);
      if (!ledger.isEmpty) head.write(ledger.appliedTo(head.read()));
      return sums.length;
    });
    this.#summedAfter = head.read().summedAfter;
  }

  /** @throws JournalError `damaged` */
  textsOf(seqs: readonly number[]): ReadonlyMap<number, string> {
    const texts = new Map<number, string>();
    for (const seq of seqs) {
      const row = this.#read.get(seq);
      if (row === undefined) continue;
      assertRecord(seq, row, this.#summedAfter);
      texts.set(seq, row.text);
    }
    return texts;
  }

  found(seq: number, node: string): string | undefined {
    const row = this.#readFound.get(seq, node);
    if (row !== undefined) assertFound({ seq, node }, row, this.#summedAfter);
    return row?.body;
  }

  forget({ lived, retentionMs, limit }: Pruning): number {
    return this.#forget.immediate(limit, lived - retentionMs);
  }
}
