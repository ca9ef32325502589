import type { Database, Statement } from 'better-sqlite3';
import type { Operation, SettledState } from '../../../core/model.ts';

export interface LastWordRow {
  readonly seq: number;
  readonly op: Operation;
  readonly state: SettledState;
  readonly lived: number;
}

type LastWordStatement = Statement<[groupId: string, again: string], LastWordRow>;

/**
 * Both halves of the index are walked from their end and no further than this: a committed command
 * leaves owner marks, if only an empty set of them, and thousands of refused ones may stand beside it.
 */
const LOOKED_BACK = 100;

/** The latest committed command of a key. */
export function prepareLastCommitted(db: Database): LastWordStatement {
  return latest(db, `state = 'committed'`);
}

/** The latest command of a key that was settled and not refused. */
export function prepareLastWord(db: Database): LastWordStatement {
  return latest(db, `state <> 'refused'`);
}

/** What a command was settled with. */
export function prepareSettlement(db: Database): Statement<[seq: number], string> {
  return db.prepare<[number], string>('SELECT settlement FROM command WHERE seq = ?').pluck();
}

function latest(db: Database, condition: string): LastWordStatement {
  const half = (marked: 0 | 1): string => `
    SELECT * FROM (
      SELECT seq, op, lived, state FROM command INDEXED BY command_key
      WHERE settled_at IS NOT NULL AND group_id = ? AND marked = ${marked}
      ORDER BY seq DESC LIMIT ${LOOKED_BACK})
    WHERE ${condition}`;
  return db.prepare(`
    SELECT max(seq) AS seq, op, state, lived FROM (${half(1)} UNION ALL ${half(0)})
    HAVING max(seq) NOT NULL`);
}
