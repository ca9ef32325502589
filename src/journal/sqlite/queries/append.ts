import type { Database, Statement } from 'better-sqlite3';

export type AppendParams = [kind: string, at: number, body: string, seq: number];

/** Adds an entry to a command that has begun and is open; adds none to any other. */
export function prepareAppend(db: Database): Statement<AppendParams> {
  return db.prepare(`
    INSERT INTO entry (seq, n, kind, at, body)
    SELECT seq, (SELECT COALESCE(MAX(n), 0) + 1 FROM entry WHERE entry.seq = command.seq), ?, ?, ?
    FROM command
    WHERE seq = ? AND state IN ('applying', 'compensating')`);
}
