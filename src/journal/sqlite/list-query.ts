/** The statement of a listing: an index walked newest first, or all of history. */
import { ID_PREFIX_FOUND_MAX } from '../port.ts';
import { COMMAND_COLUMNS } from './columns.ts';

/** The order of a listing, newest first: by an index that leaves much out, or all of history. */
export interface Source {
  readonly index: string;
  /** A condition that lets SQLite use the index in this order. */
  readonly where: string;
  /** Its parameters. */
  readonly values: readonly string[];
}

export const OPEN: Source = {
  index: 'INDEXED BY command_open',
  where: 'settled_at IS NULL',
  values: [],
};

export const FAILED: Source = {
  index: 'INDEXED BY command_failed',
  where: `settled_at IS NOT NULL AND state <> 'committed'`,
  values: [],
};

export const HISTORY: Source = { index: 'NOT INDEXED', where: 'TRUE', values: [] };

/** The end of all texts that begin with another one, in the order of SQLite. */
const LAST_CHARACTER = '\u{10FFFF}';

/** Commands whose id begins so: the last ones by id, looked up in its index. */
export function ofIdPrefix(prefix: string): Source {
  return {
    index: 'NOT INDEXED',
    where: `seq IN (
      SELECT seq FROM command INDEXED BY command_id
      WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ${ID_PREFIX_FOUND_MAX})`,
    values: [prefix, prefix + LAST_CHARACTER],
  };
}

/** Settled commands of one key: those that left owner marks, and the others. */
export function ofKey(groupId: string): readonly Source[] {
  const one = (marked: 0 | 1): Source => ({
    index: 'INDEXED BY command_key',
    where: `settled_at IS NOT NULL AND group_id = ? AND marked = ${marked}`,
    values: [groupId],
  });
  return [one(0), one(1)];
}

/** Parameters after the source's and the conditions': below, above, limit. */
export function listPage(source: Source, conditions: readonly string[]): string {
  return `
    SELECT ${COMMAND_COLUMNS} FROM command ${source.index}
    WHERE ${[source.where, ...conditions].join(' AND ')} AND seq < ? AND seq > ?
    ORDER BY seq DESC LIMIT ?`;
}

/** The row after so many rows of the source. Parameters after the source's: below, rows to skip. */
export function listFloor(source: Source): string {
  return `
    SELECT seq FROM command ${source.index}
    WHERE ${source.where} AND seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ?`;
}
