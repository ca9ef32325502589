import { connect, type Places } from './connection.ts';
import { SqliteJournal } from './journal.ts';

/**
 * Opens the journal in this file, making the file and its folder if they are missing, and holds it
 * until it is closed or the process ends.
 *
 * @throws JournalError `locked`, `set_aside`, `newer_schema`, `foreign`, `denied`, `corrupt`, `io`,
 *   `full`
 */
export function openSqliteJournal(file: string, places: Places = {}): SqliteJournal {
  return new SqliteJournal(connect(file, places), { savedIn: places.savedIn ?? [] });
}
