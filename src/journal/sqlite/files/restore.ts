/**
 * Puts a copy in the place of the journal, so that a daemon can continue from an earlier state (P1,
 * P7).
 *
 * Everything since that state is unknown, so nothing of it may be repeated or undone. Numbers and
 * owner marks continue far above all that can have been given meanwhile. The open commands are
 * *held*: they are not driven before an operator decides, because they may have ended long ago, and
 * their records may have been deleted since. The present journal is kept beside the new one.
 *
 * The order of the steps: after a crash there is either the previous state or a start that is
 * refused. The copy is prepared under the name of a saved journal (saved.ts) with a new id.
 */
import { constants, copyFileSync, existsSync, realpathSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join, parse, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { formatToken, parseToken } from '../../../core/token.ts';
import { closeToOthers } from '../../../files/private-file.ts';
import { ACT_TEXT_MAX } from '../../act.ts';
import { JournalError } from '../../errors.ts';
import { ACT_RAISE, SEQ_RAISE, TOKEN_RAISE_MICROS } from '../../raised.ts';
import { asCopyError, asJournalError } from '../failure.ts';
import { newJournalId } from '../journal-id.ts';
import { prepareFolder } from '../open/connection.ts';
import { type Lock, lockJournal } from '../open/lock.ts';
import { inspect, migrate } from '../open/migrate.ts';
import { prepareCountOpen } from '../reads.ts';
import { examineLive } from '../sums/examine.ts';
import { errorOf } from '../sums/faults.ts';
import { Head } from '../sums/head.ts';
import { heldSum, plus } from '../sums/row-sums.ts';
import { Acts, raiseActNumbers } from '../tables/acts.ts';
import { unmarkMoved } from './moved.ts';
import {
  assertSound,
  removeDatabase,
  removeFile,
  savedFiles,
  savedName,
  settle,
  syncFile,
  syncFolder,
} from './saved.ts';

export interface Restored {
  /** Open commands, none of which is driven. */
  readonly held: number;
  /** The file of the previous journal. */
  readonly before?: string;
  /** The new name of the file, if a daemon had saved it. */
  readonly renamed?: string;
  /** Other saved files, which are given up with this. */
  readonly ignored: readonly string[];
}

export interface RestoreOptions {
  /** The place of the journal. */
  readonly path: string;
  /** The copy; it is not changed. */
  readonly file: string;
  /** Other places where a daemon may have saved its journal. */
  readonly savedIn: readonly string[];
  /** The operator, as the trail of acts has the name. */
  readonly by?: string | undefined;
}

/** @throws JournalError `locked` if a daemon runs on the journal, and all errors of `connect` */
export function restoreJournal({ path: named, file, savedIn, by }: RestoreOptions): Restored {
  const path = prepareFolder(named);
  const source = resolve(file);
  const stats = statSync(source, { throwIfNoEntry: false });
  if (stats === undefined) throw new JournalError(`there is no file ${file}`, NO_COPY);
  if (!stats.isFile()) throw new JournalError(`${file} is not a file`, NO_COPY);
  if (existsSync(path) && realpathSync(source) === realpathSync(path)) {
    throw new JournalError(`${file} is the place of the journal itself`, NO_COPY);
  }
  const ready = join(dirname(path), savedName(path));
  let lock: Lock | undefined;
  try {
    lock = lockJournal(path);
    const held = prepare(source, ready, by);
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
 * Makes a journal of the copy, at this version's schema, with its open commands held, and this act in its trail.
 * @returns the number of held commands
 */
function prepare(source: string, ready: string, by: string | undefined): number {
  const part = `${ready}.part`;
  try {
    removeDatabase(part);
    // A log beside the copy is part of it.
    for (const end of ['', '-wal']) {
      if (!existsSync(source + end)) continue;
      copyFileSync(source + end, part + end, constants.COPYFILE_EXCL);
      closeToOthers(part + end);
    }
    const db = new Database(part, { fileMustExist: true });
    let held: number;
    try {
      if (inspect(db) === 0) throw new JournalError(`${source} is empty`, { code: 'foreign' });
      db.pragma('journal_mode = DELETE');
      assertSound(db);
      migrate(db);
      unmarkMoved(db);
      const fault = errorOf(examineLive(db), source);
      if (fault !== undefined) throw fault;
      db.transaction(() => raise(db))();
      held = prepareCountOpen(db).get() ?? 0;
      noteRestored(db, { by, copy: basename(source), held });
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
  const row = new Head(db);
  const head = row.read();
  const { lastToken: token } = head;
  const { changes } = db
    .prepare(
      `UPDATE command INDEXED BY command_open SET held = 1, state_sum = COALESCE(state_sum, 0) + ?
       WHERE settled_at IS NULL AND held = 0`,
    )
    .run(heldSum(1));
  const gained = Math.imul(changes, heldSum(1));
  row.write({
    ...head,
    journalId: newJournalId(),
    lastSeq: head.lastSeq + SEQ_RAISE,
    lastToken: token && formatToken(parseToken(token) + TOKEN_RAISE_MICROS),
    liveSum: plus(head.liveSum, gained),
    everySum: plus(head.everySum, gained),
  });
  raiseActNumbers(db, ACT_RAISE);
}

interface RestoredAct {
  readonly by: string | undefined;
  readonly copy: string;
  readonly held: number;
}

function noteRestored(db: Database.Database, { by, copy, held }: RestoredAct): void {
  const acts = new Acts(db);
  const { lived } = new Head(db).read();
  const act = { kind: 'journal_restored', at: Date.now(), lived, isProven: false } as const;
  const on = copy.slice(0, ACT_TEXT_MAX);
  const begin = [{ ...act, door: 'file', on, ...(by === undefined ? {} : { by }) }];
  const [number = 0] = acts.note({ begin, end: [] });
  acts.note({ begin: [], end: [{ number, outcome: 'done', results: { held } }] });
}

/** Moves the present journal away with its log: the log would destroy the next journal. */
function keepPresent(path: string): string | undefined {
  const { dir, name } = parse(path);
  const stamp = new Date().toISOString().replaceAll(':', '-');
  const before = join(dir, `${name}-before-${stamp}.db`);
  const isThere = existsSync(path);
  for (const end of ['', '-wal']) if (existsSync(path + end)) renameSync(path + end, before + end);
  removeFile(`${path}-shm`);
  return isThere ? before : undefined;
}
