import type { Database, Statement } from 'better-sqlite3';

/** Takes the entries with it, by the foreign key. */
export function preparePrune(db: Database): Statement<[livedBefore: number, limit: number]> {
  return db.prepare(`
    DELETE FROM command WHERE seq IN (
      SELECT seq FROM command INDEXED BY command_prunable
      WHERE settled_at IS NOT NULL AND lived < ? AND loose = 0
      ORDER BY lived, seq LIMIT ?)`);
}
