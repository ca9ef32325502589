/** The statements that read commands, each bounded by an index or a limit. */
import type { Database, Statement } from 'better-sqlite3';
import type { Operation, SettledState } from '../../core/model.ts';
import { COMMAND_COLUMNS, type CommandRow, type EntryRow, type OpenRow } from './rows.ts';

export function prepareFind(db: Database): Statement<[id: string], CommandRow> {
  return db.prepare(`SELECT ${COMMAND_COLUMNS} FROM command WHERE id = ?`);
}

export interface LooseRow {
  readonly seq: number;
  readonly group_id: string;
  readonly settlement: string;
}

export function prepareLoadLoose(
  db: Database,
): Statement<[after: number, limit: number], LooseRow> {
  return db.prepare(`
    SELECT seq, group_id, settlement FROM command INDEXED BY command_loose
    WHERE loose = 1 AND seq > ? ORDER BY seq LIMIT ?`);
}

export interface TokensRow {
  readonly seq: number;
  readonly settlement: string;
}

/** The latest settled command of a key that names owner marks, however many came after it. */
export function prepareTokens(db: Database): Statement<[groupId: string], TokensRow> {
  return db.prepare(`
    SELECT seq, settlement FROM command INDEXED BY command_key
    WHERE settled_at IS NOT NULL AND group_id = ? AND marked = 1 ORDER BY seq DESC LIMIT 1`);
}

export interface LatestSettledRow {
  readonly seq: number;
  readonly op: Operation;
  readonly state: SettledState;
  readonly lived: number;
}

type LatestSettledStatement = Statement<[groupId: string, again: string], LatestSettledRow>;

/**
 * Both halves of the index are read from their end and no further: a committed command leaves owner
 * marks, even if only an empty set, and thousands of refused ones may stand beside it.
 */
const LOOKED_BACK = 100;

/** The latest committed command of a key. */
export function prepareLastCommitted(db: Database): LatestSettledStatement {
  return latest(db, `state = 'committed'`);
}

/** The latest command of a key that was settled and not refused. */
export function prepareLatestSettled(db: Database): LatestSettledStatement {
  return latest(db, `state <> 'refused'`);
}

/** The settlement of a command. */
export function prepareSettlement(db: Database): Statement<[seq: number], string> {
  return db.prepare<[number], string>('SELECT settlement FROM command WHERE seq = ?').pluck();
}

function latest(db: Database, condition: string): LatestSettledStatement {
  const half = (marked: 0 | 1): string => `
    SELECT * FROM (
      SELECT seq, op, lived, state FROM command INDEXED BY command_key
      WHERE settled_at IS NOT NULL AND group_id = ? AND marked = ${marked}
      ORDER BY seq DESC LIMIT ${LOOKED_BACK})
    WHERE ${condition}`;
  return db.prepare(`
    SELECT max(seq) AS seq, op, state, lived FROM (${half(1)} UNION ALL ${half(0)})
    HAVING max(seq) NOT NULL`);
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

export interface HeadRow {
  readonly last_seq: number;
  readonly last_token: string | null;
  readonly lived: number;
}

export function prepareReadHead(db: Database): Statement<[], HeadRow> {
  return db.prepare('SELECT last_seq, last_token, lived FROM head');
}

/** Kept beside the commands, because pruning removes those. */
export function prepareWriteHead(
  db: Database,
): Statement<[lastSeq: number, lastToken: string, lived: number]> {
  return db.prepare('UPDATE head SET last_seq = ?, last_token = ?, lived = max(lived, ?)');
}

/** Time passes between commands too. */
export function prepareLive(db: Database): Statement<[lived: number]> {
  return db.prepare('UPDATE head SET lived = max(lived, ?)');
}
