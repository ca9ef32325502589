/**
 * The time of the next attempt: exponential with full jitter, so that failed commands do not retry
 * at the same time.
 */
import type { Context } from './context.ts';

/**
 * The time of the next attempt.
 * @param failures failed attempts in a row, at least 1
 * @param retryAfterMs the time that the node asked for; used up to the policy's cap
 */
export function nextAttemptAt(failures: number, retryAfterMs: number, context: Context): number {
  const { policy } = context;
  const ceiling = Math.min(policy.backoffCapMs, policy.backoffBaseMs * 2 ** (failures - 1));
  const wished = Math.min(retryAfterMs, policy.retryAfterCapMs);
  return context.now + Math.max(context.random() * ceiling, wished);
}
