/**
 * Chance by name: what a history draws for one exchange, one crash, one client depends on the seed
 * and on the name of that thing alone. So a fault can be taken out of a history and the rest stays,
 * as far as it did not follow from it: that is how a failing history is reduced.
 */
import { Prng } from '../core/model/prng.ts';

export class Chance {
  readonly #seed: number;
  readonly #without: ReadonlySet<string>;
  readonly #struck = new Set<string>();

  /** @param without names of what does not happen, though the seed says so */
  constructor(seed: number, without: ReadonlySet<string> = new Set()) {
    this.#seed = seed;
    this.#without = without;
  }

  /** What has struck so far, in order. */
  get struck(): readonly string[] {
    return [...this.#struck];
  }

  /** A source of its own; the same for the same name. */
  of(name: string): Prng {
    return new Prng(hash(name, this.#seed));
  }

  /** Whether something planned happens. */
  strikes(name: string): boolean {
    if (this.#without.has(name)) return false;
    this.#struck.add(name);
    return true;
  }
}

/** FNV-1a, begun from the seed. */
export function hash(text: string, seed = 0): number {
  let value = Math.imul(seed ^ 0x811c9dc5, 0x9e3779b1) ^ Math.floor(seed / 0x1_0000_0000);
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x0100_0193);
  }
  return value >>> 0;
}
