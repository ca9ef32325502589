import type { Database, Statement } from 'better-sqlite3';

export function prepareForget(db: Database): Statement<[seq: number]> {
  return db.prepare('UPDATE command SET loose = 0 WHERE seq = ? AND loose = 1');
}

export function prepareIsOpen(db: Database): Statement<[seq: number], 1> {
  return db
    .prepare<[number], 1>('SELECT 1 FROM command WHERE seq = ? AND settled_at IS NULL')
    .pluck();
}
