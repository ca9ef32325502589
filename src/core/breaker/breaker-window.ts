/** Counts the calls of the latest period, in slots, so that old calls leave a few at a time. */

export interface Tally {
  readonly calls: number;
  readonly failures: number;
  /** Of the calls, failed or not. */
  readonly slow: number;
}

interface Slot extends Tally {
  readonly number: number;
}

/** Oldest first; never more than {@link SLOTS}. */
export type Window = readonly Slot[];

const SLOTS = 10;

export const EMPTY_WINDOW: Window = [];

export function counted(
  window: Window,
  tally: Tally,
  { now, windowMs }: { now: number; windowMs: number },
): Window {
  const number = Math.floor((now * SLOTS) / windowMs);
  const kept = window.filter((slot) => slot.number > number - SLOTS && slot.number < number);
  const current = window.find((slot) => slot.number === number);
  return [...kept, { number, ...sum(current === undefined ? [tally] : [current, tally]) }];
}

export function sum(tallies: readonly Tally[]): Tally {
  let [calls, failures, slow] = [0, 0, 0];
  for (const tally of tallies) {
    calls += tally.calls;
    failures += tally.failures;
    slow += tally.slow;
  }
  return { calls, failures, slow };
}
