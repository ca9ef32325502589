/**
 * All times of the chaos run, derived from one: how long a single fault may hold a request back.
 *
 * P4.2 requires that `quiesce` is longer than the longest life of a request that was given up. So no
 * request in the run may live longer than the setting of the daemon:
 *
 *   - a node is paused, or a connection held or delayed, for HELD_MS_MAX at most. A node that would
 *     continue later, because the machine is busy, is killed, and older bytes are dropped;
 *   - a request that then reaches the node may take effect LATE_MS_MAX later, by a simulator fault;
 *   - a node rests for REST_MS between two such faults, so that no request suffers two of them.
 *
 * A request may also be given up at once (its connection is cut), so its whole life counts.
 */

export const HELD_MS_MAX = 3000;
/** A fault may end this much late. */
const OVERSLEPT_MS_MAX = 500;
/** Of the simulator's `late` and `slow` effects. */
export const LATE_MS_MAX = 1000;
const MARGIN_MS = 1000;

/** No byte is delivered later than that. */
export const CARRIED_MS_MAX = HELD_MS_MAX + OVERSLEPT_MS_MAX;
export const REST_MS = LATE_MS_MAX + OVERSLEPT_MS_MAX;
export const QUIESCE_MS = CARRIED_MS_MAX + LATE_MS_MAX + MARGIN_MS;

export const REQUEST_TIMEOUT_MS = 1000;
/** The smallest value that the daemon allows. */
export const HANG_AFTER_MS = 3000;
/** Continues long after the watchdogs would have acted, had they not been stopped themselves. */
export const DAEMON_PAUSED_MS_MAX = 8000;
