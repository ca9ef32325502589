/** Runs an action at a time of the steady clock. */
import type { Clock } from './clock.ts';

/** Cancels the scheduled action. */
type Cancel = () => void;

/**
 * A time further away than this waits in a list, which costs a quarter of a timer. Nearly all of
 * them (deadlines, timeouts of requests) are cancelled long before.
 */
const NEAR_MS = 1000;
const LOOK_MS = 500;

/**
 * Keeps no thread alive: a thread that waits for a time has a socket or a port besides.
 *
 * `act` is called at `time` or up to about a millisecond later, never in this very call.
 */
export function atTime(now: Clock): (time: number, act: () => void) => Cancel {
  const far = new FarTimes(now);
  return (time, act) => {
    const delayMs = Math.ceil(time - now());
    if (delayMs > NEAR_MS) return far.add(time, act);
    if (delayMs > 0) {
      const timer = setTimeout(act, delayMs).unref();
      return () => clearTimeout(timer);
    }
    const soon = setImmediate(act);
    return () => clearImmediate(soon);
  };
}

interface Far {
  readonly time: number;
  readonly act: () => void;
  /** Its index in the list. */
  place: number;
  /** Set when its time is near. */
  timer: NodeJS.Timeout | undefined;
}

/** Checked twice within `NEAR_MS`, so that each gets its timer in time. */
class FarTimes {
  readonly #now: Clock;
  /** Unordered: the last one takes the place of one that leaves. */
  readonly #list: Far[] = [];
  #looking: NodeJS.Timeout | undefined;

  constructor(now: Clock) {
    this.#now = now;
  }

  add(time: number, act: () => void): Cancel {
    const far: Far = { time, act, place: this.#list.length, timer: undefined };
    this.#list.push(far);
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS).unref();
    return () => {
      if (far.timer === undefined) this.#leave(far);
      else clearTimeout(far.timer);
    };
  }

  #look(): void {
    const now = this.#now();
    for (const far of this.#list.filter(({ time }) => time - now <= NEAR_MS)) {
      this.#leave(far);
      far.timer = setTimeout(far.act, Math.max(1, Math.ceil(far.time - now))).unref();
    }
    if (this.#list.length > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  /** A second call has no effect. */
  #leave(far: Far): void {
    if (this.#list[far.place] !== far) return;
    const last = this.#list.pop();
    if (last === undefined || last === far) return;
    last.place = far.place;
    this.#list[far.place] = last;
  }
}
