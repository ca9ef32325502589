/**
 * Brings a database to this version's schema. Refuses files of other programs and journals of newer
 * versions, before anything is written.
 */
import type { Database } from 'better-sqlite3';
import { JournalError } from '../../errors.ts';
import { MIGRATIONS, type Migration } from '../migrations/index.ts';

/** `LKST`: the mark of a lockstep journal, for `file(1)` and for us. */
export const APPLICATION_ID = 0x4c4b5354;
/** `LKSM`: of one that was moved into a database (files/moved.ts). */
export const MOVED_ID = 0x4c4b534d;

/** The schema version of the file; 0 if it is new. */
export function inspect(db: Database, known: readonly Migration[] = MIGRATIONS): number {
  const version = db.pragma('user_version', { simple: true }) as number;
  const application = db.pragma('application_id', { simple: true }) as number;
  const tables = db.prepare<[], number>('SELECT COUNT(*) FROM sqlite_schema').pluck().get() ?? 0;
  const fresh = application === 0 && version === 0 && tables === 0;
  if (!fresh && application !== APPLICATION_ID && application !== MOVED_ID) {
    throw new JournalError(`${db.name} belongs to another program`, { code: 'foreign' });
  }
  const newest = known.at(-1)?.version ?? 0;
  if (version > newest) {
    const versions = `schema version ${version}, this lockstep knows ${newest}`;
    throw new JournalError(`${db.name} is of a newer lockstep: ${versions}`, {
      code: 'newer_schema',
    });
  }
  return version;
}

/**
 * Applies the missing steps, each in a transaction of its own; to a new file all in one, so that a slow disk syncs once.
 *
 * @returns their number
 */
export function migrate(db: Database, known: readonly Migration[] = MIGRATIONS): number {
  const from = inspect(db, known);
  const missing = known.filter((step) => step.version > from);
  const apply = db.transaction((steps: readonly Migration[]) => {
    for (const step of steps) {
      db.exec(step.sql);
      step.compute?.(db);
      if (step.version === 1) db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${step.version}`);
    }
  });
  if (from === 0) apply.immediate(missing);
  else for (const step of missing) apply.immediate([step]);
  return missing.length;
}
