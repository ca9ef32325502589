import type { Database, Statement } from 'better-sqlite3';

export interface MarksRow {
  readonly seq: number;
  readonly settlement: string;
}

/** The latest settled command of a key that names owner marks, however many came after it. */
export function prepareMarks(db: Database): Statement<[groupId: string], MarksRow> {
  return db.prepare(`
    SELECT seq, settlement FROM command INDEXED BY command_marked
    WHERE marked = 1 AND group_id = ? ORDER BY seq DESC LIMIT 1`);
}
