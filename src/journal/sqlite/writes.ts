/** The statements that write commands: each changes one row, or adds one. */
import type { Database, Statement } from 'better-sqlite3';
import type { RowSums } from './sums/ledger.ts';
import { LOOSE_WEIGHT } from './sums/row-sums.ts';

export type AcceptParams = [
  seq: number,
  id: string,
  op: string,
  groupId: string,
  ensure: 0 | 1,
  lane: string,
  token: string,
  cluster: number,
  acceptedAt: number,
  deadlineAt: number,
  state: 'accepted' | 'applying',
  beganAt: number | null,
  lived: number,
  recordDigest: string | null,
  recordBytes: number | null,
  acceptSum: number,
  stateSum: number,
];

/** Changes nothing if the id is taken (P7); fails if the `seq` is. */
export function prepareAccept(db: Database): Statement<AcceptParams> {
  return db.prepare(`
    INSERT INTO command (
      seq, id, op, group_id, ensure, lane, token, cluster, accepted_at, deadline_at,
      state, began_at, lived, record_digest, record_bytes, accept_sum, state_sum
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO NOTHING`);
}

/** Changes one row, or none if the command is not `accepted`. */
export function prepareBegin(db: Database): Statement<[at: number, gained: number, seq: number]> {
  return db.prepare(`
    UPDATE command SET state = 'applying', began_at = ?, state_sum = COALESCE(state_sum, 0) + ?
    WHERE seq = ? AND state = 'accepted'`);
}

export type AppendParams = [kind: string, at: number, body: string, seq: number];

/** Adds an entry to a command that has begun and is open, and returns its number; adds none to any other. */
export function prepareAppend(db: Database): Statement<AppendParams, number> {
  return db
    .prepare<AppendParams, number>(`
    INSERT INTO entry (seq, n, kind, at, body)
    SELECT seq, (SELECT COALESCE(MAX(n), 0) + 1 FROM entry WHERE entry.seq = command.seq), ?, ?, ?
    FROM command
    WHERE seq = ? AND state IN ('applying', 'compensating')
    RETURNING n`)
    .pluck();
}

/** The checksum of the state of an open command gains this. */
export function prepareGain(db: Database): Statement<[gained: number, seq: number]> {
  return db.prepare('UPDATE command SET state_sum = COALESCE(state_sum, 0) + ? WHERE seq = ?');
}

export function prepareTurn(db: Database): Statement<[reason: string, seq: number]> {
  return db.prepare(`UPDATE command SET state = 'compensating', reason = ? WHERE seq = ?`);
}

export function prepareFlagStuck(db: Database): Statement<[seq: number]> {
  return db.prepare('UPDATE command SET stuck = 1 WHERE seq = ?');
}

export type SettleParams = [
  state: string,
  reason: string | null,
  settledAt: number,
  settlement: string,
  marked: 0 | 1,
  loose: 0 | 1,
  lived: number,
  stateSum: number,
  seq: number,
];

/** Changes one row, or none if the command is not open. */
export function prepareSettle(db: Database): Statement<SettleParams> {
  return db.prepare(`
    UPDATE command SET
      state = ?, stuck = 0, reason = ?, settled_at = ?, settlement = ?,
      marked = ?, loose = ?, lived = ?, state_sum = ?
    WHERE seq = ? AND settled_at IS NULL`);
}

/** Returns the checksums after it. */
export function prepareForget(db: Database): Statement<[seq: number], RowSums> {
  return db.prepare(`
    UPDATE command SET loose = 0, state_sum = state_sum - ${LOOSE_WEIGHT}
    WHERE seq = ? AND loose = 1 RETURNING accept_sum, state_sum`);
}

export function prepareIsOpen(db: Database): Statement<[seq: number], 1> {
  return db
    .prepare<[number], 1>('SELECT 1 FROM command WHERE seq = ? AND settled_at IS NULL')
    .pluck();
}

export function prepareHold(db: Database): Statement<[held: number, gained: number, seq: number]> {
  return db.prepare(`
    UPDATE command SET held = ?, state_sum = COALESCE(state_sum, 0) + ?
    WHERE seq = ? AND settled_at IS NULL`);
}

/** Removes the entries too, by the foreign key. Returns the checksums of those removed. */
export function preparePrune(
  db: Database,
): Statement<[livedBefore: number, limit: number], RowSums> {
  return db.prepare(`
    DELETE FROM command WHERE seq IN (
      SELECT seq FROM command INDEXED BY command_prunable
      WHERE settled_at IS NOT NULL AND lived < ? AND loose = 0
      ORDER BY lived, seq LIMIT ?)
    RETURNING accept_sum, state_sum`);
}

export function prepareInsertCluster(db: Database): Statement<[nodes: string]> {
  return db.prepare('INSERT INTO cluster (nodes) VALUES (?) ON CONFLICT (nodes) DO NOTHING');
}

export function prepareFindCluster(db: Database): Statement<[nodes: string], number> {
  return db.prepare<[string], number>('SELECT id FROM cluster WHERE nodes = ?').pluck();
}

export interface ClusterRow {
  readonly nodes: string;
  readonly sum: number | null;
}

export function prepareReadCluster(db: Database): Statement<[id: number], ClusterRow> {
  return db.prepare('SELECT nodes, sum FROM cluster WHERE id = ?');
}

export function prepareSumCluster(db: Database): Statement<[sum: number, id: number]> {
  return db.prepare('UPDATE cluster SET sum = ? WHERE id = ?');
}
