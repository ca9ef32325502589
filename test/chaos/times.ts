/**
 * All times of the chaos run, derived from one: how long a single fault may hold a request back.
 *
 * P4.2 stands on `quiesce` being longer than the longest life of a request that was given up. So the
 * run must not let one live longer than it tells the daemon:
 *
 *   - a node is paused, or a connection held or delayed, for HELD_MS_MAX at most; one that would
 *     wake later, because the machine is busy, is killed, and bytes that old are dropped;
 *   - what then reaches the node may take effect LATE_MS_MAX later, by the simulator's own faults;
 *   - a node rests for REST_MS between two such faults, so that nothing suffers two of them.
 *
 * A request may also be given up at once (its connection is cut), so its whole life counts.
 */

export const HELD_MS_MAX = 3000;
/** By so much a fault may end late. */
const OVERSLEPT_MS_MAX = 500;
/** Of the simulator's `late` and `slow` effects. */
export const LATE_MS_MAX = 1000;
const MARGIN_MS = 1000;

/** No byte is carried later than that. */
export const CARRIED_MS_MAX = HELD_MS_MAX + OVERSLEPT_MS_MAX;
export const REST_MS = LATE_MS_MAX + OVERSLEPT_MS_MAX;
export const QUIESCE_MS = CARRIED_MS_MAX + LATE_MS_MAX + MARGIN_MS;

export const REQUEST_TIMEOUT_MS = 1000;
/** The least that the daemon allows. */
export const HANG_AFTER_MS = 3000;
/** Wakes long after the watchdogs would have struck, had they not been paused themselves. */
export const DAEMON_PAUSED_MS_MAX = 8000;
