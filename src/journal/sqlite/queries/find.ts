import type { Database, Statement } from 'better-sqlite3';
import { COMMAND_COLUMNS, type CommandRow } from '../rows.ts';

export function prepareFind(db: Database): Statement<[id: string], CommandRow> {
  return db.prepare(`SELECT ${COMMAND_COLUMNS} FROM command WHERE id = ?`);
}
