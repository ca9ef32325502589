/**
 * The clock of a command that an earlier life of the daemon took in (P7, P9). Its times are dated by
 * that life's clock, and nobody can say whether this life's is the same: it may have been set. So each
 * command keeps a clock of its own: it goes on as the wall clock says, and never stands behind the time
 * that the daemon has lived since the command was accepted.
 *
 * `behindMs` is how far this life's clock is behind it: 0, unless a clock was set back. In the journal
 * a command has its own times; in this life it is handled by this life's. So a deadline comes when the
 * wall clock says so, and never later than what was left of its length when this life began.
 */
import type { Command, DurableEntry } from '../../core/model.ts';
import type { Moment, RecoverableCommand } from '../../journal/port.ts';

/** What the journal has of a command, with its times by this life's clock. */
export interface TakenUp {
  readonly command: Command;
  readonly entries: RecoverableCommand['entries'];
  readonly behindMs: number;
}

export function takenUp({ command, entries, lived }: RecoverableCommand, now: Moment): TakenUp {
  const livedMs = Math.max(0, now.lived - lived);
  const behindMs = Math.max(0, command.acceptedAt + livedMs - now.at);
  // What has happened is not ahead, whichever clock dated it.
  const ours = (at: number) => Math.min(at - behindMs, now.at);
  return {
    command: {
      ...command,
      acceptedAt: command.acceptedAt - behindMs,
      deadlineAt: command.deadlineAt - behindMs,
    },
    entries: entries.map((entry) => ({ ...entry, at: ours(entry.at) })),
    behindMs,
  };
}

/** A fact of this life as the command's own clock dates it, for the journal. */
export function byItsOwnClock<Entry extends DurableEntry>(entry: Entry, behindMs: number): Entry {
  return behindMs === 0 ? entry : { ...entry, at: entry.at + behindMs };
}
