import type { Database, Statement } from 'better-sqlite3';
import type { Operation } from '../../../core/model.ts';

export interface LastWordRow {
  readonly seq: number;
  readonly op: Operation;
  readonly lived: number;
}

/**
 * The latest committed command of a key. Both halves of the index are walked from their end and no
 * further than this: a committed command leaves owner marks, if only an empty set of them, and
 * thousands of refused ones may stand beside it.
 */
const LOOKED_BACK = 100;

export function prepareLastWord(
  db: Database,
): Statement<[groupId: string, again: string], LastWordRow> {
  const half = (marked: 0 | 1): string => `
    SELECT * FROM (
      SELECT seq, op, lived, state FROM command INDEXED BY command_key
      WHERE settled_at IS NOT NULL AND group_id = ? AND marked = ${marked}
      ORDER BY seq DESC LIMIT ${LOOKED_BACK})
    WHERE state = 'committed'`;
  return db.prepare(`
    SELECT max(seq) AS seq, op, lived FROM (${half(1)} UNION ALL ${half(0)}) HAVING max(seq) NOT NULL`);
}
