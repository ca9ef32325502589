import type { Journal } from '../port.ts';
import { connect } from './connection.ts';
import { SqliteJournal } from './journal.ts';
import { refuseReadOnly } from './read-only.ts';

/**
 * Opens the journal in this file, making the file and its folder if they are missing, and holds it
 * until it is closed or the process ends.
 *
 * @throws JournalError `locked`, `newer_schema`, `foreign`, `denied`, `corrupt`, `io`, `full`
 */
export function openSqliteJournal(file: string): Journal {
  refuseReadOnly(file);
  return new SqliteJournal(connect(file));
}
