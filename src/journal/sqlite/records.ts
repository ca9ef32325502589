/** The texts of records, in a table of their own. */
import type { Database, Statement } from 'better-sqlite3';
import type { Pruning } from '../port.ts';

export function prepareKeepRecord(db: Database): Statement<[seq: number, text: string]> {
  return db.prepare('INSERT INTO record (seq, text) VALUES (?, ?)');
}

export function prepareReadRecord(db: Database): Statement<[seq: number], string> {
  return db.prepare<[number], string>('SELECT text FROM record WHERE seq = ?').pluck();
}

/**
 * Looks at the oldest records only: commands settle about in the order in which they were accepted, and an
 * index by settlement would cost every command.
 */
export function prepareForgetRecords(
  db: Database,
): Statement<[limit: number, livedBefore: number]> {
  return db.prepare(`
    DELETE FROM record WHERE seq IN (
      SELECT oldest.seq
      FROM (SELECT seq FROM record ORDER BY seq LIMIT ?) AS oldest
      CROSS JOIN command ON command.seq = oldest.seq
      WHERE command.settled_at IS NOT NULL AND command.lived < ?)`);
}

export class Records {
  readonly #read;
  readonly #forget;

  constructor(db: Database) {
    this.#read = prepareReadRecord(db);
    this.#forget = prepareForgetRecords(db);
  }

  textsOf(seqs: readonly number[]): ReadonlyMap<number, string> {
    const texts = new Map<number, string>();
    for (const seq of seqs) {
      const text = this.#read.get(seq);
      if (text !== undefined) texts.set(seq, text);
    }
    return texts;
  }

  forget({ lived, retentionMs, limit }: Pruning): number {
    return this.#forget.run(limit, lived - retentionMs).changes;
  }
}
