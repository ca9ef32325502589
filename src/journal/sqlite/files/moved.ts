/**
 * The mark of a journal whose content was moved into a database. No daemon starts on it again: it would go on with an
 * old state beside the new one (P1, P7).
 *
 * The mark is the application id of the file, by which versions that know nothing of it refuse the file as well; a
 * table names the database. Copies of the file have the mark too, until they are restored.
 */
import Database from 'better-sqlite3';
import { JournalError } from '../../errors.ts';
import { APPLICATION_ID, MOVED_ID } from '../open/migrate.ts';

export interface MovedMark {
  /** Of the move; the database knows it too. */
  readonly id: string;
  /** The address of the database, without its password. */
  readonly target: string;
  /** ms. */
  readonly at: number;
}

export function markMoved(db: Database.Database, { id, target, at }: MovedMark): void {
  db.transaction(() => {
    db.exec('CREATE TABLE moved (id TEXT NOT NULL, target TEXT NOT NULL, at REAL NOT NULL) STRICT');
    db.prepare('INSERT INTO moved (id, target, at) VALUES (?, ?, ?)').run(id, target, at);
    db.pragma(`application_id = ${MOVED_ID}`);
  }).immediate();
}

/** For a copy that becomes a journal. */
export function unmarkMoved(db: Database.Database): void {
  db.transaction(() => {
    db.exec('DROP TABLE IF EXISTS moved');
    db.pragma(`application_id = ${APPLICATION_ID}`);
  }).immediate();
}

export function movedMark(db: Database.Database): MovedMark | undefined {
  if (db.pragma('application_id', { simple: true }) !== MOVED_ID) return undefined;
  const mark = db.prepare<[], MovedMark>('SELECT id, target, at FROM moved').get();
  if (mark !== undefined) return mark;
  throw new JournalError(`${db.name} was moved, but does not say where to`, { code: 'corrupt' });
}

/** @throws JournalError `moved` */
export function assertNotMoved(db: Database.Database): void {
  const mark = movedMark(db);
  if (mark !== undefined) throw movedAway(db.name, mark);
}

/** Looks at a file that no daemon holds; undefined: it was not moved, or cannot be read. */
export function movedTo(file: string): JournalError | undefined {
  try {
    const db = new Database(file, { readonly: true });
    try {
      const mark = movedMark(db);
      return mark && movedAway(file, mark);
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof Database.SqliteError) return undefined;
    throw error;
  }
}

export function movedAway(path: string, { target, at }: MovedMark): JournalError {
  const day = new Date(at).toISOString();
  return new JournalError(`${path} was moved to ${target} at ${day}`, { code: 'moved' });
}
