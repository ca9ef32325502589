import type { Database, Statement } from 'better-sqlite3';

export interface MarksRow {
  readonly seq: number;
  readonly settlement: string;
}

/** The latest settled command of a key that names owner marks, however many came after it. */
export function prepareMarks(db: Database): Statement<[groupId: string], MarksRow> {
  return db.prepare(`
    SELECT seq, settlement FROM command INDEXED BY command_key
    WHERE settled_at IS NOT NULL AND group_id = ? AND marked = 1 ORDER BY seq DESC LIMIT 1`);
}
