import { statSync } from 'node:fs';
import type { Log } from '../../../observe/log/log-port.ts';
import { JournalError } from '../../errors.ts';
import { asJournalError } from '../failure.ts';
import { BRIEF, type Found, Soundness, type SoundnessBounds } from '../files/soundness.ts';
import { SqliteJournal } from '../journal.ts';
import { connect, disconnect, type JournalPaths } from './connection.ts';
import { refuseReadOnly } from './read-only.ts';

/** Set by the coordinator: how the run before ended. */
const LIFE = 'life';
const ENDED_IN_ORDER = 'ended';

export interface OpenOptions extends JournalPaths {
  readonly log?: Pick<Log, 'info' | 'warn'>;
  /** How long a start may wait for the check of the file. */
  readonly awaited?: SoundnessBounds;
  /** Rows of history are damaged. Called each time that one is read. */
  readonly onDamage?: (error: JournalError) => void;
}

/**
 * Opens the journal in this file, makes the file and its folder if they are missing, and holds it
 * until it is closed or the process ends.
 *
 * @throws JournalError `locked`, `saved_copy`, `newer_schema`, `foreign`, `denied`, `corrupt`, `io`,
 *   `full`
 */
export function openSqliteJournal(
  file: string,
  { onDamage, ...paths }: Omit<OpenOptions, 'log' | 'awaited'> = {},
): SqliteJournal {
  refuseReadOnly(file);
  const connection = connect(file, paths);
  try {
    return new SqliteJournal(connection, {
      savedIn: paths.savedIn ?? [],
      ...(onDamage === undefined ? {} : { onDamage }),
    });
  } catch (error) {
    disconnect(connection);
    throw asJournalError(error, connection.path);
  }
}

/**
 * The same, and verifies first all rows that the daemon will work on (P1), then the whole file, if that is fast
 * enough.
 */
export async function openLookedThrough(
  file: string,
  { log, awaited, ...options }: OpenOptions = {},
): Promise<SqliteJournal> {
  const journal = openSqliteJournal(file, options);
  try {
    await journal.assertLive();
    const { lastSeq } = await journal.head();
    if (lastSeq === 0) return journal;
    const isClean = (await journal.kept()).get(LIFE) === ENDED_IN_ORDER;
    if (isClean && statSync(journal.path).size > BRIEF.bytes) log?.info(NOT_CHECKED);
    else await lookThrough(journal, { log, awaited, isClean });
    return journal;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

interface Looking {
  readonly log: OpenOptions['log'] | undefined;
  readonly awaited: SoundnessBounds | undefined;
  readonly isClean: boolean;
}

async function lookThrough(
  journal: SqliteJournal,
  { log, awaited, isClean }: Looking,
): Promise<void> {
  const soundness = new Soundness(journal.path);
  const found = await soundness.within(awaited ?? (isClean ? BRIEF : undefined));
  if (found instanceof JournalError && found.code === 'corrupt') throw found;
  const report = (result: Found): void => {
    if (result === 'unknown') log?.warn('the check of the journal failed');
    if (result === 'sound' && !isClean)
      log?.info(`${UNCLEAN}: the journal was checked and is sound`);
  };
  if (found === 'unfinished') {
    if (!isClean) log?.info(`${UNCLEAN}: the journal is checked in the background`);
    return journal.follow(soundness, report);
  }
  if (found instanceof JournalError) journal.noteDamage(found);
  return report(found);
}

const UNCLEAN = 'the last run did not close the journal in order';
const NOT_CHECKED =
  'the journal is large and was closed in order: only its open commands were checked; for all of it: lockstep journal check';
