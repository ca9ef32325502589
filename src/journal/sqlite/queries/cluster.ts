import type { Database, Statement } from 'better-sqlite3';

export function prepareInsertCluster(db: Database): Statement<[nodes: string]> {
  return db.prepare('INSERT INTO cluster (nodes) VALUES (?) ON CONFLICT (nodes) DO NOTHING');
}

export function prepareFindCluster(db: Database): Statement<[nodes: string], number> {
  return db.prepare<[string], number>('SELECT id FROM cluster WHERE nodes = ?').pluck();
}

export function prepareReadCluster(db: Database): Statement<[id: number], string> {
  return db.prepare<[number], string>('SELECT nodes FROM cluster WHERE id = ?').pluck();
}
