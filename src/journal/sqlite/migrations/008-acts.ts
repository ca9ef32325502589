/**
 * Acts of operators. A number is never given twice, so that a line of the log or an event that names one stays true
 * after pruning. There is no index: acts are few, and are read and pruned in the order of their numbers.
 */
export const ACTS = `
CREATE TABLE act (
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  at      REAL NOT NULL,    -- ms of the clock that clients see
  lived   INTEGER NOT NULL, -- how long the daemon had lived then, ms
  kind    TEXT NOT NULL,
  who     TEXT,
  proven  INTEGER NOT NULL, -- 0: the name is the client's own word
  door    TEXT NOT NULL,
  target  TEXT,
  filter  TEXT,             -- JSON
  outcome TEXT NOT NULL,
  error   TEXT,
  matched INTEGER,
  results TEXT              -- JSON: a number by name
) STRICT;
`;
