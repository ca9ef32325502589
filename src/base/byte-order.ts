/** The order of keys: of nodes' lists, of the journal, and of the pages of an audit. */

/**
 * Compares as the UTF-8 bytes would. That differs from the order of JavaScript's strings in one
 * point only: characters beyond U+FFFF (surrogate pairs) come after U+E000–U+FFFF.
 */
export function compareBytes(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
