/**
 * Seeded randomness that is counted, not streamed: the draws of call n of a node depend on (seed,
 * node, n) alone. So the draws of one call never shift the faults of later calls, and the same seed
 * with the same sequence of calls gives the same faults.
 */
export class Chance {
  readonly #base: number;
  #calls = 0;
  #state = 0;

  constructor(seed: number, name: string) {
    this.#base = mix(seed ^ textHash(name));
  }

  /** Begins the draws of the next call. */
  nextCall(): void {
    this.#calls += 1;
    this.#state = mix(this.#base + Math.imul(this.#calls, 0x9e3779b1));
  }

  /** The next draw of this call, at least 0 and under 1. */
  draw(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    return mix(this.#state) / 0x1_0000_0000;
  }

  /** A member of the list; all are equally likely. */
  pick<T>(list: readonly [T, ...T[]]): T {
    return list[Math.floor(this.draw() * list.length)] ?? list[0];
  }

  /** A whole number in the range, both ends included. */
  within([least, most]: readonly [number, number]): number {
    return least + Math.floor(this.draw() * (most - least + 1));
  }

  /** Starts again, as before the first call. */
  restart(): void {
    this.#calls = 0;
  }
}

/** The 32-bit finaliser of MurmurHash 3: each input bit changes about half of the output bits. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}
