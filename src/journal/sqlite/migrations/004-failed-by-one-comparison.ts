/**
 * SQLite builds a table in memory for an IN list each time a statement weighs it, and the first
 * `command_failed` had every acceptance weigh one and every settlement two: a tenth of what the
 * journal takes of the processor (docs/performance.md).
 */
export const FAILED_BY_ONE_COMPARISON = `
DROP INDEX command_failed;
CREATE INDEX command_failed ON command (seq)
  WHERE settled_at IS NOT NULL AND state <> 'committed';
`;
