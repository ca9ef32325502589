/**
 * Puts a copy in the place of the journal, so that a daemon may go on from an earlier state (P1, P7).
 *
 * What happened since that state is not known any more, so nothing of it may be done a second time or
 * undone: numbers and owner marks go on far above all that can have been given meanwhile, and the open
 * commands are *held*: nobody drives them before an operator has said so, since they may have ended
 * long ago and their records may have been deleted since. The journal that is there now is kept beside.
 *
 * Steps are in such an order that a crash leaves either what was there before or a start that is
 * refused: the copy is made ready under the name of a saved journal (saved.ts) with a new id.
 */
import { copyFileSync, existsSync, realpathSync, renameSync, statSync } from 'node:fs';
import { dirname, join, parse, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { formatToken, parseToken } from '../../../core/token.ts';
import { JournalError } from '../../errors.ts';
import { asCopyError, asJournalError } from '../failure.ts';
import { prepareFolder } from '../open/connection.ts';
import { type Lock, lockJournal } from '../open/lock.ts';
import { inspect, migrate } from '../open/migrate.ts';
import { prepareCountOpen } from '../reads.ts';
import {
  assertSound,
  newId,
  removeDatabase,
  removeFile,
  savedFiles,
  savedName,
  setId,
  settle,
  syncFile,
  syncFolder,
} from './saved.ts';

/** Above the marks that were given since the copy, even by a clock that ran ahead. */
const TOKEN_RAISE_MICROS = 86_400 * 1_000_000;
/** At 10,000 commands a second: more than a day of them. */
const SEQ_RAISE = 1_000_000_000;

export interface Restored {
  /** Open commands, none of which is driven. */
  readonly held: number;
  /** Where the journal is kept that was there before. */
  readonly before?: string;
  /** What the file was renamed to, if it was saved by a daemon. */
  readonly renamed?: string;
  /** Other files that were saved and are given up with this. */
  readonly ignored: readonly string[];
}

export interface RestoreOptions {
  /** The place of the journal. */
  readonly path: string;
  /** The copy; it is not changed. */
  readonly file: string;
  /** Where else a daemon may have saved its journal. */
  readonly savedIn: readonly string[];
}

/** @throws JournalError `locked` if a daemon runs on the journal, and all that `connect` throws */
export function restoreJournal({ path: named, file, savedIn }: RestoreOptions): Restored {
  const path = prepareFolder(named);
  const source = resolve(file);
  const stats = statSync(source, { throwIfNoEntry: false });
  if (stats === undefined) throw new JournalError(`there is no file ${file}`, NO_COPY);
  if (!stats.isFile()) throw new JournalError(`${file} is no file`, NO_COPY);
  if (existsSync(path) && realpathSync(source) === realpathSync(path)) {
    throw new JournalError(`${file} is the place of the journal itself`, NO_COPY);
  }
  const ready = join(dirname(path), savedName(path));
  let lock: Lock | undefined;
  try {
    lock = lockJournal(path);
    const held = prepare(source, ready);
    const saved = savedFiles(path, savedIn).filter((each) => each !== ready);
    const before = keepPresent(path);
    renameSync(ready, path);
    syncFolder(dirname(path));
    const ignored = saved.filter((each) => each !== source).map((each) => settle(each, 'ignored'));
    const renamed = saved.includes(source) ? settle(source, 'restored') : undefined;
    return {
      held,
      ignored,
      ...(before === undefined ? {} : { before }),
      ...(renamed === undefined ? {} : { renamed }),
    };
  } catch (error) {
    throw error instanceof JournalError ? error : asJournalError(error, path);
  } finally {
    lock?.release();
  }
}

const NO_COPY = {
  code: 'denied',
  hint: 'Name a copy: one of lockstep backup, or a journal-saved-….db of a daemon.',
} as const;

/**
 * Makes a journal of the copy, at this version's schema, with its open commands held.
 * @returns how many are
 */
function prepare(source: string, ready: string): number {
  const part = `${ready}.part`;
  try {
    copyFileSync(source, part);
    // A log beside the copy is part of it.
    if (existsSync(`${source}-wal`)) copyFileSync(`${source}-wal`, `${part}-wal`);
    const db = new Database(part, { fileMustExist: true });
    let held: number;
    try {
      if (inspect(db) === 0) throw new JournalError(`${source} is empty`, { code: 'foreign' });
      db.pragma('journal_mode = DELETE');
      assertSound(db);
      migrate(db);
      db.transaction(() => raise(db))();
      held = prepareCountOpen(db).get() ?? 0;
    } finally {
      db.close();
    }
    syncFile(part);
    renameSync(part, ready);
    return held;
  } catch (error) {
    removeDatabase(part);
    throw asCopyError(error, { copy: source, seen: part, hint: NO_COPY.hint });
  }
}

function raise(db: Database.Database): void {
  setId(db, newId());
  db.prepare('UPDATE head SET last_seq = last_seq + ?').run(SEQ_RAISE);
  const token = db.prepare<[], string | null>('SELECT last_token FROM head').pluck().get();
  if (token) {
    const raised = formatToken(parseToken(token) + TOKEN_RAISE_MICROS);
    db.prepare('UPDATE head SET last_token = ?').run(raised);
  }
  db.exec(
    'UPDATE command INDEXED BY command_open SET held = 1 WHERE settled_at IS NULL AND held = 0',
  );
}

/** Takes the journal that is there out of the way, with its log, which would spoil the next one. */
function keepPresent(path: string): string | undefined {
  const { dir, name } = parse(path);
  const stamp = new Date().toISOString().replaceAll(':', '-');
  const before = join(dir, `${name}-before-${stamp}.db`);
  const isThere = existsSync(path);
  for (const end of ['', '-wal']) if (existsSync(path + end)) renameSync(path + end, before + end);
  removeFile(`${path}-shm`);
  return isThere ? before : undefined;
}
