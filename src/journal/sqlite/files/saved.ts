/**
 * Copies of a journal whose files were removed or overwritten while the daemon ran: complete, named
 * by the time, beside the journal or in the folder of the logs (`journal-saved-TIME.db`).
 *
 * The copy gets a new `journal_id`, at least a new mark in it (journal-id.ts). By that the next start knows whether the journal in place has
 * everything that is in the copy. If not, the daemon must not start on it, because it would have
 * forgotten commands that it answered (P3, P7). An operator decides.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, parse } from 'node:path';
import Database from 'better-sqlite3';
import { codeOf, messageOf } from '../../../base/error-fields.ts';
import { PRIVATE_FOLDER } from '../../../files/private-file.ts';
import { JournalError } from '../../errors.ts';
import { Head } from '../sums/head.ts';

/** Pages copied between two turns of the event loop: 16 MiB, about 20 ms. */
const STEP_PAGES = 4_096;

export interface SaveOptions {
  /** Beside the journal first, then these. */
  readonly folders: readonly string[];
  /** The copy's `journal_id`. */
  readonly id: string;
  /** The copy may be a mixture of two states: it has to be verified. */
  readonly isDoubtful: boolean;
}

/**
 * Saves the content that the connection reads, whatever became of the names of its files.
 * @returns the file
 * @throws Error with the reason of each folder
 */
export async function saveJournal(
  db: Database.Database,
  { folders, ...how }: SaveOptions,
): Promise<string> {
  const reasons: string[] = [];
  for (const folder of [dirname(db.name), ...folders]) {
    const file = join(folder, savedName(db.name));
    try {
      mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
      await copy(db, `${file}.part`, how);
      renameSync(`${file}.part`, file);
      syncFolder(folder);
      return file;
    } catch (error) {
      removeDatabase(`${file}.part`);
      reasons.push(`${folder}: ${messageOf(error)}`);
    }
  }
  throw new Error(reasons.join('; '));
}

async function copy(
  db: Database.Database,
  file: string,
  { id, isDoubtful }: Pick<SaveOptions, 'id' | 'isDoubtful'>,
): Promise<void> {
  await db.backup(file, { progress: () => STEP_PAGES });
  const made = new Database(file);
  try {
    // In one file, without another beside it.
    made.pragma('journal_mode = DELETE');
    if (isDoubtful) assertSound(made);
    new Head(made).rename(id);
  } finally {
    made.close();
  }
  syncFile(file);
}

/** @throws JournalError `corrupt` */
export function assertSound(db: Database.Database): void {
  const detail = db.pragma('integrity_check(1)', { simple: true });
  if (detail !== 'ok')
    throw new JournalError(`${db.name} is damaged: ${String(detail)}`, { code: 'corrupt' });
}

/** Undefined: the copy is of a version that had none. */
export function idOf(db: Database.Database): string | undefined {
  const has = db.prepare(`SELECT 1 FROM pragma_table_info('head') WHERE name = 'journal_id'`);
  if (has.get() === undefined) return undefined;
  return db.prepare<[], string | null>('SELECT journal_id FROM head').pluck().get() ?? undefined;
}

/** `journal-saved-2026-11-29T05-15-00.123Z.db` */
export function savedName(path: string): string {
  return `${stemOf(path)}${new Date().toISOString().replaceAll(':', '-')}.db`;
}

function stemOf(path: string): string {
  return `${parse(path).name}-saved-`;
}

/** Saved copies without a decision, newest first. */
export function savedFiles(path: string, folders: readonly string[]): readonly string[] {
  const found = [...new Set([dirname(path), ...folders])].flatMap((folder) =>
    namesIn(folder)
      .filter((name) => name.startsWith(stemOf(path)) && name.endsWith('.db'))
      .map((name) => join(folder, name)),
  );
  return found.sort((a, b) => basename(b).localeCompare(basename(a)));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** A decision was made: the file is kept, and no longer prevents a start. */
export function settle(file: string, how: 'restored' | 'ignored'): string {
  const name = `${file}.${how}`;
  renameSync(file, name);
  return name;
}

/**
 * Refuses to start if the journal was saved from its place and the present one lacks its content.
 * @param id of the present journal; undefined if there is none
 * @throws JournalError `saved_copy`
 */
export function assertNothingSaved(
  path: string,
  saved: readonly string[],
  id: string | undefined,
): void {
  const [newest] = saved;
  if (newest === undefined || isOneOf(saved, id)) return;
  const now = id === undefined ? 'is gone' : 'is another file now';
  const others = saved.length === 1 ? '' : ` (and ${saved.length - 1} older)`;
  throw new JournalError(`${path} ${now}; its content is saved in ${newest}${others}`, {
    code: 'saved_copy',
    hint:
      `Continue from the saved file: lockstep restore '${newest}'. Or give it up: lockstepd` +
      ' --fresh-journal continues with the journal in place, or with an empty one.',
  });
}

/** The journal in place has the content of one of these. */
export function isOneOf(saved: readonly string[], id: string | undefined): boolean {
  return id !== undefined && saved.some((file) => idIn(file) === id);
}

/** An unreadable file has no id: a person has to look at it. */
export function idIn(file: string): string | undefined {
  try {
    const db = new Database(file, { readonly: true });
    try {
      return idOf(db);
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof Database.SqliteError) return undefined;
    throw error;
  }
}

export function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) removeFile(file + end);
}

/** A missing file is fine, and so is a file in place of its folder (`force` fails there). */
export function removeFile(file: string): void {
  if (existsSync(file)) rmSync(file, { force: true });
}

export function syncFile(file: string): void {
  const handle = openSync(file, 'r+');
  fsyncSync(handle);
  closeSync(handle);
}

export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
