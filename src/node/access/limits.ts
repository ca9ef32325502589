/** What one node can take: of its own, else of its dialect, else of the settings for all nodes. */
import type { Limits } from '../dialect/dialect.ts';

/** Unless the dialect or the node has another limit: the responses of the contract have tens of bytes. */
export const ANSWER_BYTES_MAX = 64 * 1024;

/** Resolved: every limit has its value. */
export interface NodeLimits extends Required<Limits> {
  /** A call that takes longer is slow, ms. */
  readonly breakerSlowMs: number;
}

/**
 * How many of a node's connections one executor has. The shares of all executors add up to the limit.
 *
 * @param limit at least as many as executors
 */
export function shareOf(
  limit: number,
  { executor, of }: { readonly executor: number; readonly of: number },
): number {
  return Math.floor(limit / of) + (executor < limit % of ? 1 : 0);
}
