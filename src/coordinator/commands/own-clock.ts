/**
 * The clock of a command that an earlier life of the daemon accepted (P7, P9). Its times are dated by the clock
 * of that life, which may have been set since. So each command keeps a clock of its own: it follows the wall
 * clock, and is never behind the time that the daemon has lived since the acceptance.
 *
 * `behindMs` is how far the clock of this life is behind it: 0, unless a clock was set back. The journal has the
 * command's own times; this life uses its own. So a deadline comes when the wall clock says so, and never
 * later than the time that was left of it when this life began.
 */
import type { Command, DurableEntry } from '../../core/model.ts';
import type { Moment, RecoverableCommand } from '../../journal/port.ts';

/** A command of the journal, with its times by the clock of this life. */
export interface TakenUp {
  readonly command: Command;
  readonly entries: RecoverableCommand['entries'];
  readonly behindMs: number;
}

export function takenUp({ command, entries, lived }: RecoverableCommand, now: Moment): TakenUp {
  const livedMs = Math.max(0, now.lived - lived);
  const behindMs = Math.max(0, command.acceptedAt + livedMs - now.at);
  // An entry of the past is not ahead, whichever clock dated it.
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

/** An entry of this life by the command's own clock, for the journal. */
export function byItsOwnClock<Entry extends DurableEntry>(entry: Entry, behindMs: number): Entry {
  return behindMs === 0 ? entry : { ...entry, at: entry.at + behindMs };
}
