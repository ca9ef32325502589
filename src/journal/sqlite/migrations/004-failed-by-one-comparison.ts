/**
 * SQLite builds a table in memory for an IN list each time a statement weighs it, and the first
 * `command_failed` had every acceptance weigh one and every settlement two (docs/notebook/performance.md). The
 * new one is made by one walk through the table: 0.1 s for 500,000 commands that are in memory.
 */
export const FAILED_BY_ONE_COMPARISON = `
DROP INDEX command_failed;
CREATE INDEX command_failed ON command (seq)
  WHERE settled_at IS NOT NULL AND state <> 'committed';
`;
