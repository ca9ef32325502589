import type { Log } from '../../observe/log-port.ts';
import { JournalError } from '../errors.ts';
import { connect, type Places } from './connection.ts';
import { SqliteJournal } from './journal.ts';
import { refuseReadOnly } from './read-only.ts';
import { type Found, Soundness, type SoundnessBounds } from './soundness.ts';

/** Kept by the coordinator: how the life before ended. */
const LIFE = 'life';
const ENDED_IN_ORDER = 'ended';

export interface OpenOptions extends Places {
  readonly log?: Pick<Log, 'info' | 'warn'>;
  /** How long a start may wait for a look at the file. */
  readonly awaited?: SoundnessBounds;
}

/**
 * Opens the journal in this file, making the file and its folder if they are missing, and holds it
 * until it is closed or the process ends.
 *
 * @throws JournalError `locked`, `set_aside`, `newer_schema`, `foreign`, `denied`, `corrupt`, `io`,
 *   `full`
 */
export function openSqliteJournal(file: string, places: Places = {}): SqliteJournal {
  refuseReadOnly(file);
  return new SqliteJournal(connect(file, places), { savedIn: places.savedIn ?? [] });
}

/** The same; after an end that was not orderly the file is looked through, if it takes no longer. */
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
  if (found !== 'unfinished') return say(found, log);
  log?.info(`${UNCLEAN}: it is looked through while it works already`);
  return journal.follow(soundness, (later) => say(later, log));
}

const UNCLEAN = "the journal's last life did not end in order";

function say(found: Found, log: OpenOptions['log']): void {
  if (found === 'sound') log?.info(`${UNCLEAN}: it was looked through, and is sound`);
  if (found === 'unknown') log?.warn(`${UNCLEAN}: it could not be looked through`);
}
