import type { Database, Statement } from 'better-sqlite3';

export function prepareUnhold(db: Database): Statement<[seq: number]> {
  return db.prepare('UPDATE command SET held = 0 WHERE seq = ? AND held <> 0');
}
