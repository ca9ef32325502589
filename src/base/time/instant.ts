/**
 * One moment by two clocks, ms. The steady clock (CLOCK_MONOTONIC) stands still while the machine is suspended; the wall clock
 * goes on, but may be set.
 */
export interface Instant {
  readonly steady: number;
  readonly wall: number;
}

export function later({ steady, wall }: Instant, ms: number): Instant {
  return { steady: steady + ms, wall: wall + ms };
}
