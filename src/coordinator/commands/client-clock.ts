/**
 * The clock that clients are told (`at`), and by which `expiresAt` is judged: this life's clock, as long
 * as that is not behind the one of the lives before. It never runs back, not over a restart either, so
 * that nothing sent under an earlier life comes to be in time again (docs/decisions/043).
 *
 * Where the wall clock was set back between two lives, it goes on from where the last one ended, and a step
 * beyond: how long the daemon was away is not known, and what was sent meanwhile is dated up to that far ahead.
 */
import type { Moment } from '../../journal/port.ts';

/** Longer than anybody is away, plus the longest deadline. */
const STEP_MS = 30 * 24 * 60 * 60 * 1000;

/** How far the clients' clock is ahead of this life's, ms. */
export function aheadMs(mark: Moment | undefined, { at, lived }: Moment): number {
  if (mark === undefined) return 0;
  const last = mark.at + Math.max(0, lived - mark.lived);
  return at >= last ? 0 : last + STEP_MS - at;
}

/** What a life leaves to the next: the clients' clock at its start, and the time lived until then. */
export function markOf({ at, lived }: Moment): string {
  return `${Math.ceil(at)} ${lived}`;
}

/** Undefined if there is none, or none that can be read: then the wall clock is believed. */
export function readMark(text: string | undefined): Moment | undefined {
  const [at = Number.NaN, lived = Number.NaN] = (text ?? '').split(' ').map(Number);
  return Number.isFinite(at) && Number.isFinite(lived) ? { at, lived } : undefined;
}
