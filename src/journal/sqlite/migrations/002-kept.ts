/** Kept values of the daemon: few, small, independent of the life of commands. */
export const KEPT = `
CREATE TABLE kept (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
