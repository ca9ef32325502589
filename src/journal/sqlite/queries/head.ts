import type { Database, Statement } from 'better-sqlite3';

export interface HeadRow {
  readonly last_seq: number;
  readonly last_token: string | null;
  readonly lived: number;
}

export function prepareReadHead(db: Database): Statement<[], HeadRow> {
  return db.prepare('SELECT last_seq, last_token, lived FROM head');
}

/** Kept beside the commands, because pruning takes those away. */
export function prepareWriteHead(
  db: Database,
): Statement<[lastSeq: number, lastToken: string, lived: number]> {
  return db.prepare('UPDATE head SET last_seq = ?, last_token = ?, lived = max(lived, ?)');
}

/** Between commands the time goes on as well. */
export function prepareLive(db: Database): Statement<[lived: number]> {
  return db.prepare('UPDATE head SET lived = max(lived, ?)');
}
