/**
 * Chance by name: the draws for one exchange, one crash or one client depend only on the seed and
 * on its name. So one fault can be removed from a history, and everything that did not follow from
 * it stays: a failing history is reduced in this way.
 */
import { Prng } from '../core/model/prng.ts';

export class Chance {
  readonly #seed: number;
  readonly #without: ReadonlySet<string>;
  readonly #struck = new Set<string>();

  /** @param without names of events that do not happen although the seed draws them */
  constructor(seed: number, without: ReadonlySet<string> = new Set()) {
    this.#seed = seed;
    this.#without = without;
  }

  /** The events that happened so far, in order. */
  get struck(): readonly string[] {
    return [...this.#struck];
  }

  /** A separate source; equal for equal names. */
  of(name: string): Prng {
    return new Prng(hash(name, this.#seed));
  }

  /** Whether a planned event happens. */
  strikes(name: string): boolean {
    if (this.#without.has(name)) return false;
    this.#struck.add(name);
    return true;
  }
}

/** FNV-1a, started from the seed. */
export function hash(text: string, seed = 0): number {
  let value = Math.imul(seed ^ 0x811c9dc5, 0x9e3779b1) ^ Math.floor(seed / 0x1_0000_0000);
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x0100_0193);
  }
  return value >>> 0;
}
