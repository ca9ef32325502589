/**
 * The one connection that writes the journal: locked, durable, at this version's schema.
 *
 * P2 and P3 depend on `synchronous = FULL`: in WAL mode SQLite's own default, NORMAL, loses the
 * last commits at a loss of power. The settings are read back, because a file system without WAL
 * makes SQLite stay in another mode without an error.
 */
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { codeOf, messageOf } from '../../../base/error-fields.ts';
import { closeToOthers, isLink, makePrivate, PRIVATE_FOLDER } from '../../../files/private-file.ts';
import { JournalError } from '../../errors.ts';
import { asJournalError } from '../failure.ts';
import { assertNotMoved } from '../files/moved.ts';
import { assertNothingSaved, idOf, savedFiles, settle, syncFolder } from '../files/saved.ts';
import { Vigil } from '../files/vigil.ts';
import { type Lock, lockJournal } from './lock.ts';
import { inspect, migrate } from './migrate.ts';

/** A foreign write transaction delays the coordinator no longer than this. */
const BUSY_TIMEOUT_MS = 1_000;
/** SQLite checkpoints by itself after a commit that leaves more pages in the WAL: 4 MiB. */
const AUTOCHECKPOINT_PAGES = 1_000;
/** A WAL that a reader made longer is cut to this when it starts over. */
const WAL_KEPT_BYTES = 16 * 1024 * 1024;
/**
 * SQLite walks through its whole page cache at the end of every transaction: 110 µs of each commit
 * with 64 MiB. The operating system caches the other pages (docs/notebook/performance.md).
 */
const CACHE_KIB = 8 * 1024;

/** Of the journal: SQLite opens them by their names, and follows links. */
const PARTS = ['', '-wal', '-shm', '.lock', '.pid'];

export interface JournalConnection {
  readonly path: string;
  readonly db: Database.Database;
  readonly lock: Lock;
  readonly vigil: Vigil;
}

export interface JournalPaths {
  /** Other paths where a journal may have been saved after its files were removed (saved.ts). */
  readonly savedIn?: readonly string[];
  /** Gives the saved copy up: the start continues with the journal in place. */
  readonly fresh?: boolean;
  /** A file that was moved into a database is opened too. */
  readonly evenMoved?: boolean;
  /** Called between the steps of the opening: each may take long on a slow disk. */
  readonly onStep?: () => void;
}

/** @throws JournalError */
export function connect(file: string, paths: JournalPaths = {}): JournalConnection {
  const path = prepareFolder(file);
  try {
    for (const part of PARTS) guard(path + part);
    const lock = lockJournal(path);
    try {
      const db = openDatabase(path, paths);
      return { path, lock, db, vigil: new Vigil(path) };
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw asJournalError(error, path);
  }
}

function guard(file: string): void {
  if (isLink(file)) {
    const hint = `Find out who made it, and remove it: rm ${file}`;
    throw new JournalError(`${file} is a link, which is not followed`, { code: 'denied', hint });
  }
  closeToOthers(file);
}

export function disconnect(connection: JournalConnection): void {
  try {
    connection.db.close();
  } finally {
    connection.lock.release();
  }
}

/** The real path of the file, with links resolved; makes its folder. */
export function prepareFolder(file: string): string {
  const wanted = resolve(file);
  try {
    makeFolder(dirname(wanted));
    try {
      return realpathSync(wanted);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      return join(realpathSync(dirname(wanted)), basename(wanted));
    }
  } catch (error) {
    const detail = messageOf(error);
    throw new JournalError(`cannot use ${wanted}: ${detail}`, { code: 'denied', cause: error });
  }
}

/** The names of new folders must survive a loss of power, just as the file in them (P3). */
function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  if (first === undefined) return;
  for (let at = folder; ; at = dirname(at)) {
    syncFolder(dirname(at));
    if (at === first || at === dirname(at)) return;
  }
}

function openDatabase(
  path: string,
  { savedIn = [], fresh = false, evenMoved = false, onStep = () => {} }: JournalPaths,
): Database.Database {
  const saved = savedFiles(path, savedIn);
  if (fresh) for (const file of saved) settle(file, 'ignored');
  else if (!existsSync(path)) assertNothingSaved(path, saved, undefined);
  // SQLite makes its log and its index with the rights of this file.
  makePrivate(path);
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    inspect(db);
    if (!evenMoved) assertNotMoved(db);
    if (!fresh) assertNothingSaved(path, saved, idOf(db) ?? 'of a version without');
    onStep();
    configure(db);
    onStep();
    migrate(db);
    onStep();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function configure(db: Database.Database): void {
  const isNew = inspect(db) === 0;
  // Only before the first table; it lets `tidy` free pages in small steps.
  if (isNew) db.pragma('auto_vacuum = INCREMENTAL');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma(`wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`);
  db.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`);
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma('foreign_keys = ON');
  const mode = db.pragma('journal_mode', { simple: true }) as string;
  const synchronous = db.pragma('synchronous', { simple: true }) as number;
  if (mode !== 'wal' || synchronous !== 2) {
    const found = `journal_mode ${mode}, synchronous ${synchronous}`;
    const hint = 'Put the journal on a local file system; network file systems cannot do WAL.';
    throw new JournalError(`${db.name} cannot be made durable here: ${found}`, {
      code: 'io',
      hint,
    });
  }
}
