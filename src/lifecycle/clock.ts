/**
 * The steady clock: the wall clock at the start of the process, counted on by a monotonic one.
 *
 * All threads share it, so a time that one thread notes means the same to another, and a change of
 * the wall clock while the daemon runs moves nothing. Another run of the daemon has another clock,
 * which may have been set: times that outlive a run are kept as time lived (docs/decisions/038), or
 * by the own clock of a command (coordinator/commands/own-clock.ts).
 */

const TRIES = 10;

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
  const offset = base.wallMs - base.monotonicMs + monotonicOrigin();
  return () => offset + performance.now();
}

/**
 * The monotonic time at which this thread's performance.now() was 0. The two clocks cannot be read
 * at once, and on a busy machine milliseconds may pass between two lines: of several tries, the
 * shortest one counts.
 */
function monotonicOrigin(): number {
  let origin = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < TRIES; count++) {
    const before = performance.now();
    const between = monotonicMs();
    const after = performance.now();
    if (after - before >= least) continue;
    least = after - before;
    origin = between - (before + after) / 2;
  }
  return origin;
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
