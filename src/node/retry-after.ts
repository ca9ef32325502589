/** The header `Retry-After` (RFC 9110, section 10.2.3): whole seconds, or a date. */

/** A bound on what is read; how much of it is honoured is a setting. */
const SECONDS_MAX = 1_000_000_000;
/** The one form of date that may still be sent; the obsolete two are taken for no wish. */
const DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * @param now ms of the wall clock
 * @returns ms from now on, 0 for a date that is past; undefined if there is no legible wish
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text), SECONDS_MAX) * 1000;
  if (!DATE.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
