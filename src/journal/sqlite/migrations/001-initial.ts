/**
 * The first schema. A command is one row from acceptance to pruning: one INSERT, one UPDATE if
 * nothing fails. Entries of the few others go to `entry`.
 *
 * Only `command_id` and `command_key` take entries anywhere; every other index holds little, or
 * grows at its end. `command_key` takes its entry when the command settles, with the presence of
 * owner marks in it, because one random page a command is half of the cost of a long history
 * (docs/decisions/012).
 */
export const INITIAL = `
CREATE TABLE head (
  only       INTEGER PRIMARY KEY CHECK (only = 1),
  last_seq   INTEGER NOT NULL,
  last_token TEXT
) STRICT;

INSERT INTO head (only, last_seq, last_token) VALUES (1, 0, NULL);

-- Lists of nodes, each kept once: nearly all commands share one. 'nodes' is a JSON array.
CREATE TABLE cluster (
  id    INTEGER PRIMARY KEY,
  nodes TEXT NOT NULL UNIQUE
) STRICT;

-- Times are milliseconds of the daemon's steady clock.
CREATE TABLE command (
  seq         INTEGER PRIMARY KEY,
  id          TEXT NOT NULL,
  op          TEXT NOT NULL,
  group_id    TEXT NOT NULL,
  ensure      INTEGER NOT NULL,
  lane        TEXT NOT NULL,
  token       TEXT NOT NULL,
  cluster     INTEGER NOT NULL,
  accepted_at REAL NOT NULL,
  deadline_at REAL NOT NULL,
  state       TEXT NOT NULL,
  stuck       INTEGER NOT NULL DEFAULT 0,
  reason      TEXT,
  began_at    REAL,
  settled_at  REAL,
  settlement  TEXT,
  marked      INTEGER NOT NULL DEFAULT 0, -- the settlement names owner marks
  loose       INTEGER NOT NULL DEFAULT 0  -- its loose requests are not forgotten yet
) STRICT;

CREATE UNIQUE INDEX command_id ON command (id);
CREATE INDEX command_key ON command (group_id, marked, seq) WHERE settled_at IS NOT NULL;
CREATE INDEX command_open ON command (seq) WHERE settled_at IS NULL;
CREATE INDEX command_failed ON command (seq)
  WHERE state IN ('rolled_back', 'refused', 'abandoned');
CREATE INDEX command_loose ON command (seq) WHERE loose = 1;
CREATE INDEX command_prunable ON command (settled_at) WHERE settled_at IS NOT NULL AND loose = 0;

-- A survey's findings, 'turned', 'node_turned' and 'stuck', numbered within their command.
CREATE TABLE entry (
  seq  INTEGER NOT NULL REFERENCES command (seq) ON DELETE CASCADE,
  n    INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at   REAL NOT NULL,
  body TEXT NOT NULL, -- JSON of what the kind adds
  PRIMARY KEY (seq, n)
) STRICT, WITHOUT ROWID;
`;
