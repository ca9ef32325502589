/** The header `Retry-After` (RFC 9110, section 10.2.3): whole seconds, or a date. */

/** Larger numbers count as this one. The setting `retryAfterCapMs` is the limit that matters. */
const SECONDS_MAX = 1_000_000_000;
/** The only form of date that servers may still send. The two obsolete forms are ignored. */
const DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * @param now ms of the wall clock
 * @returns ms from now, 0 for a date in the past; undefined without a readable header
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text), SECONDS_MAX) * 1000;
  if (!DATE.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
