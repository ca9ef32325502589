/** Opens the journal of the coordinator's thread: metered, with its beats and its trust. */
import type { Instant } from '../base/time/instant.ts';
import { watchAway } from '../coordinator/journal/away.ts';
import { MeteredJournal } from '../coordinator/journal/metered-journal.ts';
import { orRefuse, refuseUnfolded } from '../coordinator/start.ts';
import type { JournalError } from '../journal/errors.ts';
import { openJournal } from '../journal/open.ts';
import type { JournalPaths } from '../journal/sqlite/open/connection.ts';
import type { Beat } from '../lifecycle/beats.ts';
import { Trust, type TrustCell } from '../lifecycle/guards/trust.ts';
import { sendToMain } from '../lifecycle/thread-shell.ts';
import type { Dialect } from '../node/dialect/dialect.ts';
import { foldKey } from '../node/dialect/fold.ts';
import type { Log } from '../observe/log/log-port.ts';

export interface JournalData {
  readonly journal: string;
  readonly journalPaths: JournalPaths;
  readonly dataDir: string;
  /** See `journalMayForget` of the settings. */
  readonly mayForget: boolean;
  /** The name of this daemon among those of a database. */
  readonly member: string;
  readonly dialect: Dialect;
  /** Undefined: no other daemon can take the journal. */
  readonly trust: TrustCell | undefined;
}

interface Opening {
  readonly log: Log;
  readonly now: () => number;
  readonly beat: Beat;
  readonly onDamage: (error: JournalError) => void;
}

/** @throws StartError */
export async function openMetered(
  { journal: url, journalPaths, dataDir: folder, member, mayForget, trust, dialect }: JournalData,
  { log, onDamage, now, beat }: Opening,
): Promise<MeteredJournal> {
  const onStep = () => beat.beatOnce();
  const onWaiting = () => beat.progress();
  const place = { member, mayForget, folder, now, onTrusted: trusting(trust), onWaiting };
  const options = { ...journalPaths, ...place, log, onDamage, onStep };
  const opened = await orRefuse(() => openJournal(url, options));
  const journal = new MeteredJournal(opened, { now, enter: inJournal(beat) });
  if (trust !== undefined)
    watchAway(journal, (isAway) => sendToMain({ kind: 'journal_away', isAway }));
  const { fold } = dialect.keys;
  if (fold !== null)
    await orRefuse(() => refuseUnfolded(journal, (groupId) => foldKey(groupId, fold)));
  return journal;
}

function trusting(cell: TrustCell | undefined): (until: Instant) => void {
  if (cell === undefined) return () => undefined;
  const trust = new Trust(cell);
  return (until) => trust.extend(until);
}

/** Marks the beat of the thread while it waits for a disk, or a database. */
export function inJournal(beat: Beat): () => () => void {
  return () => {
    const before = beat.enter('journal');
    return () => beat.enter(before);
  };
}
