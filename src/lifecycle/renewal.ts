/**
 * Has the daemon started anew after a set time: whatever creeps up over days is gone then. Up to a
 * tenth of it sooner, so that daemons that were started together do not all go at once.
 */

/** setTimeout fires at once for anything longer (2^31 ms). */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;
const HOUR_MS = 60 * 60 * 1000;
const SOONER = 0.1;

export interface RenewalOptions {
  /** 0: never. */
  readonly afterHours: number;
  readonly onDue: (why: string) => void;
  /** From 0 to 1. */
  readonly chance?: number;
}

export function scheduleRenewal({ afterHours, onDue, chance = Math.random() }: RenewalOptions) {
  if (afterHours === 0) return;
  const due = performance.now() + afterHours * HOUR_MS * (1 - SOONER * chance);
  const wait = (): void => {
    const leftMs = due - performance.now();
    if (leftMs <= 0) return onDue(`it has run for restartAfterHours (${afterHours})`);
    setTimeout(wait, Math.min(leftMs, TIMEOUT_MS_MAX)).unref();
    return undefined;
  };
  wait();
}
