/**
 * Saves the journal before the daemon ends because the journal's files are gone or foreign: it
 * saves everything that the connection still has open, and makes sure that none of its writes
 * reaches a file that another program put in the journal's place.
 */
import { copyFileSync, existsSync, renameSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../../base/error-fields.ts';
import { JournalError } from '../../errors.ts';
import { asJournalError } from '../failure.ts';
import { markedId, newJournalId } from '../journal-id.ts';
import type { JournalConnection } from '../open/connection.ts';
import { Head } from '../sums/head.ts';
import { removeFile, savedName, saveJournal, syncFolder } from './saved.ts';
import type { Trouble } from './vigil.ts';

/** @returns the error that ends the daemon */
export async function rescue(
  connection: JournalConnection,
  trouble: Trouble,
  folders: readonly string[],
): Promise<JournalError> {
  const { what } = trouble;
  try {
    const detail =
      trouble.kind === 'moved'
        ? `its content is saved in ${await saveMoved(connection, folders)}`
        : `the rest of it is saved in ${await saveOverwritten(connection, folders)}`;
    return new JournalError(`${what}; ${detail}`, { code: 'removed' });
  } catch (cause) {
    const why = `its content could not be saved: ${messageOf(cause)}`;
    return new JournalError(`${what}; ${why}`, { code: 'removed', cause });
  }
}

async function saveMoved(
  { db, vigil }: JournalConnection,
  folders: readonly string[],
): Promise<string> {
  const id = markedId(new Head(db).journal());
  const file = await saveJournal(db, { folders, id, isDoubtful: false });
  // Files beside another journal: SQLite would take them for files of that journal.
  if (!vigil.hasItsName) removeBeside(db.name);
  else recordSaved(db, id);
  return file;
}

/**
 * Only the files beside the journal were moved: when the connection closes, everything gets into
 * the journal's file, and the next start can continue from it. If this fails, the next start is
 * refused, which is safe.
 */
function recordSaved(db: JournalConnection['db'], id: string): void {
  try {
    new Head(db).rename(id);
  } catch (error) {
    if (!(asJournalError(error) instanceof JournalError)) throw error;
  }
}

/**
 * The names are the same, the content is foreign. If the connection still reads a complete journal
 * (only the file's time was changed, or everything is in the log), that is saved. Otherwise only
 * the present file is left: it is kept as the saved copy. Either may be an older state, which
 * `restore` allows for.
 */
async function saveOverwritten(
  { db }: JournalConnection,
  folders: readonly string[],
): Promise<string> {
  const path = db.name;
  // An older state does not know all commands of its clients: it is another journal.
  const id = newJournalId();
  const file = await saveJournal(db, { folders, id, isDoubtful: true }).catch(() => undefined);
  const saved = file ?? join(dirname(path), savedName(path));
  if (existsSync(`${path}-wal`)) {
    copyFileSync(`${path}-wal`, `${saved}.wal`);
    // When the connection closes, SQLite would copy the log into the foreign file: now it finds
    // none.
    truncateSync(`${path}-wal`);
  }
  removeBeside(path);
  if (file === undefined) renameSync(path, saved);
  syncFolder(dirname(path));
  return saved;
}

function removeBeside(path: string): void {
  for (const end of ['-wal', '-shm']) removeFile(path + end);
}
