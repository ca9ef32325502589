/** Standing words of the daemon: few, small, outside every command's life. */
export const KEPT = `
CREATE TABLE kept (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
