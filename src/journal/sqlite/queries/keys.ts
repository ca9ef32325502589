import type { Database, Statement } from 'better-sqlite3';

/** One step into the index for each key, however many commands it has had. */
export function prepareKeys(db: Database): Statement<[after: string, limit: number], string> {
  const next = (after: string): string => `
    SELECT group_id FROM command INDEXED BY command_key
    WHERE settled_at IS NOT NULL AND group_id > ${after} ORDER BY group_id LIMIT 1`;
  return db
    .prepare<[string, number], string>(`
    WITH RECURSIVE known (key) AS (
      SELECT (${next('?')})
      UNION ALL
      SELECT (${next('known.key')}) FROM known WHERE known.key IS NOT NULL
      LIMIT ?)
    SELECT key FROM known WHERE key IS NOT NULL`)
    .pluck();
}
