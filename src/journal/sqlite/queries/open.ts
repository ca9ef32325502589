import type { Database, Statement } from 'better-sqlite3';
import { COMMAND_COLUMNS, type EntryRow, type OpenRow } from '../rows.ts';

// `INDEXED BY`: without statistics the planner may walk all of history for a handful of rows.

export function prepareCountOpen(db: Database): Statement<[], number> {
  return db
    .prepare<[], number>(
      'SELECT COUNT(*) FROM command INDEXED BY command_open WHERE settled_at IS NULL',
    )
    .pluck();
}

export function prepareLoadOpen(db: Database): Statement<[after: number, limit: number], OpenRow> {
  return db.prepare(`
    SELECT ${COMMAND_COLUMNS}, lived FROM command INDEXED BY command_open
    WHERE settled_at IS NULL AND seq > ? ORDER BY seq LIMIT ?`);
}

/** The entries of the same page. */
export function prepareLoadEntries(
  db: Database,
): Statement<[after: number, limit: number], EntryRow> {
  return db.prepare(`
    SELECT seq, kind, at, body FROM entry
    WHERE seq IN (
      SELECT seq FROM command INDEXED BY command_open
      WHERE settled_at IS NULL AND seq > ? ORDER BY seq LIMIT ?)
    ORDER BY seq, n`);
}
