import type { Database, Statement } from 'better-sqlite3';

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
