import type { Database, Statement } from 'better-sqlite3';

export function prepareKept(db: Database): Statement<[], [name: string, value: string]> {
  return db.prepare<[], [string, string]>('SELECT name, value FROM kept').raw();
}
