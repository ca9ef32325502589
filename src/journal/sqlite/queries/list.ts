import { COMMAND_COLUMNS } from '../rows.ts';

/**
 * What a listing walks, newest first: an index that holds few other rows, or all of history.
 * Every `where` is a condition that lets SQLite use that index.
 */
export interface Source {
  readonly index: string;
  readonly where: string;
}

/** One page. The last parameters are: from (exclusive), down to (exclusive), limit. */
export function listPage(source: Source, conditions: readonly string[]): string {
  return `
    SELECT ${COMMAND_COLUMNS} FROM command ${source.index}
    WHERE ${[source.where, ...conditions].join(' AND ')} AND seq < ? AND seq > ?
    ORDER BY seq DESC LIMIT ?`;
}

/** Where a page must end at the latest. The last parameters are: from (exclusive), rows to pass. */
export function listFloor(source: Source): string {
  return `
    SELECT seq FROM command ${source.index}
    WHERE ${source.where} AND seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ?`;
}
