/**
 * The steady clock: the wall clock at the start of the process, counted on by a monotonic one.
 *
 * All threads share it, so a time that one thread notes means the same to another; a wall clock
 * that is set while the daemon runs moves nothing. Across restarts it is as good as the wall clock.
 */

/** Sent to threads with their workerData. */
export interface ClockBase {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Milliseconds, with fractions. */
export type Clock = () => number;

/** Call once, in the main thread. */
export function clockBase(): ClockBase {
  return { wallMs: Date.now(), monotonicMs: monotonicMs() };
}

export function steadyClock(base: ClockBase): Clock {
  // performance.now() counts from another origin in each thread, but at the same pace, and costs a
  // tenth of hrtime.
  const offset = base.wallMs + (monotonicMs() - base.monotonicMs) - performance.now();
  return () => offset + performance.now();
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
