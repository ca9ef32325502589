import type { Database, Statement } from 'better-sqlite3';

export type SettleParams = [
  state: string,
  reason: string | null,
  settledAt: number,
  settlement: string,
  marked: 0 | 1,
  loose: 0 | 1,
  lived: number,
  seq: number,
];

/** Changes one row, or none if the command is not open. */
export function prepareSettle(db: Database): Statement<SettleParams> {
  return db.prepare(`
    UPDATE command SET
      state = ?, stuck = 0, reason = COALESCE(?, reason), settled_at = ?, settlement = ?,
      marked = ?, loose = ?, lived = ?
    WHERE seq = ? AND settled_at IS NULL`);
}
