/** How many calls run with a node at once: a fixed number, and the known ways to adapt it to how the node answers. */

export interface Limiter {
  /** Calls that may run now. */
  readonly limit: number;
  /** A call has ended: `tookMs` without the wait before it, `inside` calls ran with it. */
  ended(call: { readonly now: number; readonly tookMs: number; readonly inside: number }): void;
}

const MOST = 32;
/** Of Vegas, calls. */
const PROBE_EVERY = 2000;
const PROBES = 5;
const clamp = (limit: number) => Math.min(MOST, Math.max(1, limit));

export function fixed(limit: number): Limiter {
  return { limit, ended: () => undefined };
}

/**
 * TCP Vegas: from the shortest time seen, how many calls queue in the node; kept between two bounds. Now and then only
 * one call runs for a while, to see the shortest time again: a node may have become slower for good.
 */
export function vegas(): Limiter {
  let limit = 4;
  let shortestMs = Number.POSITIVE_INFINITY;
  let calls = 0;
  let probes = 0;
  return {
    get limit() {
      return probes > 0 ? 1 : Math.floor(limit);
    },
    ended: ({ tookMs, inside }) => {
      if (++calls % PROBE_EVERY === 0) {
        shortestMs = Number.POSITIVE_INFINITY;
        probes = PROBES;
      }
      if (probes > 0) {
        if (inside > 1) return;
        probes--;
      }
      shortestMs = Math.min(shortestMs, tookMs);
      if (probes > 0 || 2 * inside < limit) return;
      const queued = limit * (1 - shortestMs / tookMs);
      if (queued < 1) limit = clamp(limit + 1 / limit);
      else if (queued > 3) limit = clamp(limit - 1 / limit);
    },
  };
}

/** Netflix's `Gradient2`: the long average of the times, over the short one. */
export function gradient(): Limiter {
  let limit = 4;
  let longMs = 0;
  let shortMs = 0;
  return {
    get limit() {
      return Math.floor(limit);
    },
    ended: ({ tookMs, inside }) => {
      longMs = longMs === 0 ? tookMs : longMs + (tookMs - longMs) / 600;
      shortMs = shortMs === 0 ? tookMs : shortMs + (tookMs - shortMs) / 10;
      if (longMs > 2 * shortMs) longMs *= 0.95;
      if (2 * inside < limit) return;
      const slope = Math.min(1, Math.max(0.5, (1.5 * longMs) / shortMs));
      limit = clamp(0.8 * limit + 0.2 * (slope * limit + Math.sqrt(limit)));
    },
  };
}

/** Tries a step up or down for a while, and keeps it where it brought more answers a second. */
export function climb(forMs = 500): Limiter {
  let limit = 4;
  let factor = 2;
  let beganAt = 0;
  let answers = 0;
  let before = 0;
  return {
    get limit() {
      return Math.round(limit);
    },
    ended: ({ now }) => {
      answers++;
      if (now - beganAt < forMs) return;
      const perMs = answers / (now - beganAt);
      // More calls at once must bring more; fewer need only bring as much.
      const isWorth = factor > 1 ? perMs > 1.05 * before : perMs > 0.97 * before;
      if (!isWorth) factor = 1 / factor;
      limit = clamp(limit * factor);
      [before, beganAt, answers] = [perMs, now, 0];
    },
  };
}
