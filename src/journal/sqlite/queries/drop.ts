import type { Database, Statement } from 'better-sqlite3';

export function prepareDrop(db: Database): Statement<[name: string]> {
  return db.prepare('DELETE FROM kept WHERE name = ?');
}
