/**
 * Records of creates. Their texts have a table of their own: they are large, read only when a command is
 * dispatched, and go before their commands do. The digest stays with the command (P7). Columns are added
 * without a rewrite.
 */
export const RECORDS = `
ALTER TABLE command ADD COLUMN record_digest TEXT; -- SHA-256 of the canonical form; NULL: no record
ALTER TABLE command ADD COLUMN record_bytes INTEGER;

CREATE TABLE record (
  seq  INTEGER PRIMARY KEY REFERENCES command (seq) ON DELETE CASCADE,
  text TEXT NOT NULL
) STRICT;
`;
