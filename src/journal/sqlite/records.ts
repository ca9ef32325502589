/** The texts of records, and the bodies that surveys found, in tables of their own. */
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

export function prepareKeepFound(
  db: Database,
): Statement<[seq: number, node: string, body: string]> {
  return db.prepare('INSERT INTO found_body (seq, node, body) VALUES (?, ?, ?)');
}

export function prepareReadFound(db: Database): Statement<[seq: number, node: string], string> {
  return db
    .prepare<[number, string], string>('SELECT body FROM found_body WHERE seq = ? AND node = ?')
    .pluck();
}

export function prepareDropFound(db: Database): Statement<[seq: number]> {
  return db.prepare('DELETE FROM found_body WHERE seq = ?');
}

export class Records {
  readonly #readFound;
  readonly #read;
  readonly #forget;

  constructor(db: Database) {
    this.#read = prepareReadRecord(db);
    this.#readFound = prepareReadFound(db);
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

  found(seq: number, node: string): string | undefined {
    return this.#readFound.get(seq, node);
  }

  forget({ lived, retentionMs, limit }: Pruning): number {
    return this.#forget.run(limit, lived - retentionMs).changes;
  }
}
