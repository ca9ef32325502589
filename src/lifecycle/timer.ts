/** Something done at a time of the steady clock. */
import type { Clock } from './clock.ts';

/** setTimeout fires at once for anything longer (2^31 ms). */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/**
 * Holds no thread alive: whoever waits for a time has a socket or a port besides.
 *
 * `act` is called at `time` or up to about a millisecond later, never in this very call. A time too
 * far away for a timer calls it early: callers look at the clock again anyway.
 */
export function atTime(now: Clock): (time: number, act: () => void) => () => void {
  return (time, act) => {
    const delayMs = Math.ceil(time - now());
    if (delayMs <= 0) {
      const soon = setImmediate(act);
      return () => clearImmediate(soon);
    }
    const timer = setTimeout(act, Math.min(delayMs, TIMEOUT_MS_MAX)).unref();
    return () => clearTimeout(timer);
  };
}
