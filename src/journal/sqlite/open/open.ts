import type { Log } from '../../../observe/log/log-port.ts';
import { JournalError } from '../../errors.ts';
import { type Found, Soundness, type SoundnessBounds } from '../files/soundness.ts';
import { SqliteJournal } from '../journal.ts';
import { connect, type JournalPaths } from './connection.ts';
import { refuseReadOnly } from './read-only.ts';

/** Set by the coordinator: how the run before ended. */
const LIFE = 'life';
const ENDED_IN_ORDER = 'ended';

export interface OpenOptions extends JournalPaths {
  readonly log?: Pick<Log, 'info' | 'warn'>;
  /** How long a start may wait for the check of the file. */
  readonly awaited?: SoundnessBounds;
}

/**
 * Opens the journal in this file, makes the file and its folder if they are missing, and holds it
 * until it is closed or the process ends.
 *
 * @throws JournalError `locked`, `saved_copy`, `newer_schema`, `foreign`, `denied`, `corrupt`, `io`,
 *   `full`
 */
export function openSqliteJournal(file: string, paths: JournalPaths = {}): SqliteJournal {
  refuseReadOnly(file);
  return new SqliteJournal(connect(file, paths), { savedIn: paths.savedIn ?? [] });
}

/** The same, and verifies the file after an end that was not in order, if that is fast enough. */
export async function openLookedThrough(
  file: string,
  options: OpenOptions = {},
): Promise<SqliteJournal> {
  const journal = openSqliteJournal(file, options);
  try {
    if (!(await hasEndedInOrder(journal))) await lookThrough(journal, options);
    return journal;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

async function hasEndedInOrder(journal: SqliteJournal): Promise<boolean> {
  const { lastSeq } = await journal.head();
  return lastSeq === 0 || (await journal.kept()).get(LIFE) === ENDED_IN_ORDER;
}

async function lookThrough(journal: SqliteJournal, { log, awaited }: OpenOptions): Promise<void> {
  const soundness = new Soundness(journal.path);
  const found = await soundness.within(awaited);
  if (found instanceof JournalError) throw found;
  if (found !== 'unfinished') return logFound(found, log);
  log?.info(`${UNCLEAN}: the journal is checked in the background`);
  return journal.follow(soundness, (later) => logFound(later, log));
}

const UNCLEAN = 'the last run did not close the journal in order';

function logFound(found: Found, log: OpenOptions['log']): void {
  if (found === 'sound') log?.info(`${UNCLEAN}: the journal was checked and is sound`);
  if (found === 'unknown') log?.warn(`${UNCLEAN}: the check of the journal failed`);
}
