/** The keys that are legal at all. Dialects forbid more. */

export const CODE_POINTS_MAX = 256;
/** C0, DEL and C1. */
const CONTROL = /\p{Cc}/u;

/** The reason why this text can't be a key; undefined if it can. */
export function groupIdFault(text: string): string | undefined {
  if (text === '') return 'must not be empty';
  if (!text.isWellFormed()) return 'holds a lone surrogate';
  if (text === '.' || text === '..') return `must not be "${text}"`;
  if (CONTROL.test(text)) return 'holds a control character';
  return isTooLong(text) ? `is longer than ${CODE_POINTS_MAX} characters` : undefined;
}

/** A code point takes one or two UTF-16 units, so most texts need no counting. */
export function isTooLong(text: string): boolean {
  if (text.length <= CODE_POINTS_MAX) return false;
  return text.length > 2 * CODE_POINTS_MAX || [...text].length > CODE_POINTS_MAX;
}
