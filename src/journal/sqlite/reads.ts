/** The statements that read commands, each bounded by an index or a limit. */
import type { Database, Statement } from 'better-sqlite3';
import { COMMAND_COLUMNS, type CommandRow, type EntryRow } from './columns.ts';
import type { RowSums } from './sums/ledger.ts';

export function prepareFind(db: Database): Statement<[id: string], CommandRow> {
  return db.prepare(`SELECT ${COMMAND_COLUMNS} FROM command WHERE id = ?`);
}

export function prepareLoadLoose(
  db: Database,
): Statement<[after: number, limit: number], CommandRow> {
  return db.prepare(`
    SELECT ${COMMAND_COLUMNS} FROM command INDEXED BY command_loose
    WHERE loose = 1 AND seq > ? ORDER BY seq LIMIT ?`);
}

/** The latest settled command of a key below a number: with owner marks (1), or without (0). */
export function prepareSettledOfKey(
  db: Database,
): Statement<[groupId: string, marked: 0 | 1, below: number], CommandRow> {
  return db.prepare(`
    SELECT ${COMMAND_COLUMNS} FROM command INDEXED BY command_key
    WHERE settled_at IS NOT NULL AND group_id = ? AND marked = ? AND seq < ?
    ORDER BY seq DESC LIMIT 1`);
}

/** The part of an open command that its settlement keeps. */
export interface BeforeRow extends RowSums {
  readonly reason: string | null;
  readonly held: number;
}

export function prepareBefore(db: Database): Statement<[seq: number], BeforeRow> {
  return db.prepare(`
    SELECT accept_sum, state_sum, reason, held FROM command WHERE seq = ? AND settled_at IS NULL`);
}

/** One step into the index for each key, however many commands it has had. */
export function prepareKeys(db: Database): Statement<[after: string, limit: number], string> {
  const next = (after: string): string => `
    SELECT group_id FROM command INDEXED BY command_key
    WHERE settled_at IS NOT NULL AND group_id > ${after} ORDER BY group_id LIMIT 1`;
  return db
    .prepare<[string, number], string>(`
    WITH RECURSIVE known (key) AS (
      SELECT (${next('?')})
      UNION ALL
      SELECT (${next('known.key')}) FROM known WHERE known.key IS NOT NULL
      LIMIT ?)
    SELECT key FROM known WHERE key IS NOT NULL`)
    .pluck();
}

// `INDEXED BY`: without statistics the planner may walk all of history for a handful of rows.

export function prepareCountOpen(db: Database): Statement<[], number> {
  return db
    .prepare<[], number>(
      'SELECT COUNT(*) FROM command INDEXED BY command_open WHERE settled_at IS NULL',
    )
    .pluck();
}

export function prepareLoadOpen(
  db: Database,
): Statement<[after: number, limit: number], CommandRow> {
  return db.prepare(`
    SELECT ${COMMAND_COLUMNS} FROM command INDEXED BY command_open
    WHERE settled_at IS NULL AND seq > ? ORDER BY seq LIMIT ?`);
}

/** The entries of the same page. */
export function prepareLoadEntries(
  db: Database,
): Statement<[after: number, limit: number], EntryRow> {
  return db.prepare(`
    SELECT seq, n, kind, at, body FROM entry
    WHERE seq IN (
      SELECT seq FROM command INDEXED BY command_open
      WHERE settled_at IS NULL AND seq > ? ORDER BY seq LIMIT ?)
    ORDER BY seq, n`);
}

/** The entries of one command. */
export function prepareEntriesOf(db: Database): Statement<[seq: number], EntryRow> {
  return db.prepare('SELECT seq, n, kind, at, body FROM entry WHERE seq = ? ORDER BY n');
}
