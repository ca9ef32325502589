/**
 * The clock that clients see (`at`), and by which `expiresAt` is judged: the clock of this life, unless that is
 * behind the clock of earlier lives. It never runs back, not even over a restart, so that a command sent
 * under an earlier life is never in time again (docs/decisions/043).
 *
 * If the wall clock was set back between two lives, this clock goes on from the end of the last life plus a
 * step: it is not known how long the daemon was stopped, and requests sent meanwhile carry dates up to that far ahead.
 */
import type { Moment } from '../../journal/port.ts';

/** Longer than a daemon is away, plus the longest deadline. */
const STEP_MS = 30 * 24 * 60 * 60 * 1000;

/** How far the clients' clock is ahead of this life's, ms. */
export function aheadMs(mark: Moment | undefined, { at, lived }: Moment): number {
  if (mark === undefined) return 0;
  const last = mark.at + Math.max(0, lived - mark.lived);
  return at >= last ? 0 : last + STEP_MS - at;
}

/** The value that a life leaves to the next: the clients' clock at its start, and the time lived until then. */
export function markOf({ at, lived }: Moment): string {
  return `${Math.ceil(at)} ${lived}`;
}

/** Undefined if there is none, or it is corrupt: then the wall clock counts. */
export function readMark(text: string | undefined): Moment | undefined {
  const [at = Number.NaN, lived = Number.NaN] = (text ?? '').split(' ').map(Number);
  return Number.isFinite(at) && Number.isFinite(lived) ? { at, lived } : undefined;
}
