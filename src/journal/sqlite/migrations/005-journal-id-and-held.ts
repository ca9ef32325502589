/**
 * `journal_id` tells this journal from every other; a copy that is saved from a journal whose files
 * were removed, and one that is restored, get a new one (saved.ts, restore.ts).
 *
 * `held`: an open command of a restored journal that is not driven before an operator decides. Both
 * columns are added without a rewrite; SQLite reads the table once: 1.6 s for 1.14 million
 * commands.
 */
export const JOURNAL_ID_AND_HELD = `
ALTER TABLE head ADD COLUMN journal_id TEXT;
UPDATE head SET journal_id = lower(hex(randomblob(16)));
ALTER TABLE command ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
`;
