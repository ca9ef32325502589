/**
 * Keys that the nodes of a dialect take for one: they differ in the case of ASCII letters only. The folded key is the
 * key of lockstep, before order (P6), idempotency (P7) and journal.
 */
import type { Dialect } from './dialect.ts';

export type Fold = Dialect['keys']['fold'];

/** Letters outside ASCII stay as they are: nodes disagree about those. */
export function foldKey(key: string, fold: Fold): string {
  return fold === null ? key : key.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
