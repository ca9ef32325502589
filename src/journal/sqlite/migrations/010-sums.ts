/**
 * A checksum in every row that decides something, and counts and sums of rows in `head`, which has a checksum of its
 * own (docs/decisions/064). SQLite adds the columns without a rewrite; it reads an index once to count the commands.
 * Commands and records up to `summed_after` were written without checksums: they are parsed only.
 *
 * `live` are open commands and settled ones with loose requests: the next start works on them. `every`: all commands.
 */
import type { Database } from 'better-sqlite3';
import { Head } from '../sums/head.ts';
import { clusterSum, keptSum, plus } from '../sums/row-sums.ts';

export const SUMS = `
ALTER TABLE head ADD COLUMN summed_after INTEGER NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN live_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN live_sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN every_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN every_sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN record_sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN kept_sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
UPDATE head SET
  summed_after = max(last_seq, (SELECT COALESCE(MAX(seq), 0) FROM command)),
  live_count = (SELECT COUNT(*) FROM command INDEXED BY command_open WHERE settled_at IS NULL)
    + (SELECT COUNT(*) FROM command INDEXED BY command_loose WHERE loose = 1),
  every_count = (SELECT COUNT(*) FROM command);
ALTER TABLE command ADD COLUMN accept_sum INTEGER; -- of the columns that never change
ALTER TABLE command ADD COLUMN state_sum INTEGER;  -- of the others, and of the entries while it is open
ALTER TABLE record ADD COLUMN sum INTEGER;
ALTER TABLE found_body ADD COLUMN sum INTEGER;
ALTER TABLE kept ADD COLUMN sum INTEGER;
ALTER TABLE cluster ADD COLUMN sum INTEGER;
`;

/** The small tables get their checksums at once. A later step that adds columns to {@link Head} has to take this over. */
export function sumSmallTables(db: Database): void {
  const setCluster = db.prepare('UPDATE cluster SET sum = ? WHERE id = ?');
  const clusters = db.prepare<[], [number, string]>('SELECT id, nodes FROM cluster').raw().all();
  for (const [id, nodes] of clusters) setCluster.run(clusterSum(id, nodes), id);
  const setKept = db.prepare('UPDATE kept SET sum = ? WHERE name = ?');
  let all = 0;
  for (const [name, value] of db
    .prepare<[], [string, string]>('SELECT name, value FROM kept')
    .raw()
    .all()) {
    const sum = keptSum(name, value);
    setKept.run(sum, name);
    all = plus(all, sum);
  }
  const head = new Head(db);
  head.write({ ...head.unchecked(), keptSum: all });
}
