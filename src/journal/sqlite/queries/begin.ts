import type { Database, Statement } from 'better-sqlite3';

/** Changes one row, or none if the command is not `accepted`. */
export function prepareBegin(db: Database): Statement<[at: number, seq: number]> {
  return db.prepare(`
    UPDATE command SET state = 'applying', began_at = ?
    WHERE seq = ? AND state = 'accepted'`);
}
