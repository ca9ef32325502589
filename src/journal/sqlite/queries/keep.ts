import type { Database, Statement } from 'better-sqlite3';

export function prepareKeep(db: Database): Statement<[name: string, value: string]> {
  return db.prepare(
    `INSERT INTO kept (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  );
}
