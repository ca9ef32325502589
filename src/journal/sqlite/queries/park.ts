import type { Database, Statement } from 'better-sqlite3';

export function preparePark(db: Database): Statement<[seq: number]> {
  return db.prepare('UPDATE command SET held = 2 WHERE seq = ? AND settled_at IS NULL');
}
