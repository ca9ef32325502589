/**
 * The keys of a node in binary order (of their UTF-8 bytes), for the list call: an array of short
 * sorted arrays, so that an insertion moves few elements even among many keys.
 */
import { compareBytes } from '../../base/byte-order.ts';

const CHUNK_KEYS_MAX = 1024;

export class SortedKeys {
  readonly #chunks: string[][] = [];

  constructor(keys: Iterable<string>) {
    const all = [...keys].sort(compareBytes);
    const size = CHUNK_KEYS_MAX / 2;
    for (let start = 0; start < all.length; start += size) {
      this.#chunks.push(all.slice(start, start + size));
    }
  }

  add(key: string): void {
    const at = this.#chunkFor(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([key]);
      return;
    }
    chunk.splice(indexOf(chunk, key), 0, key);
    if (chunk.length > CHUNK_KEYS_MAX) {
      this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_KEYS_MAX / 2));
    }
  }

  remove(key: string): void {
    const at = this.#chunkFor(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return;
    const place = indexOf(chunk, key);
    if (chunk[place] !== key) return;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** Up to `limit` keys after `after`; from the first key if it is undefined. */
  page(after: string | undefined, limit: number): string[] {
    const found: string[] = [];
    let at = after === undefined ? 0 : this.#chunkFor(after);
    for (let chunk = this.#chunks[at]; chunk !== undefined; chunk = this.#chunks[++at]) {
      let place = after === undefined ? 0 : indexOf(chunk, after);
      if (chunk[place] === after) place += 1;
      for (; place < chunk.length && found.length < limit; place++) found.push(chunk[place] ?? '');
      if (found.length === limit) break;
    }
    return found;
  }

  /** The last chunk whose first key is not after the key; the first chunk if there is none. */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (compareBytes(this.#chunks[middle]?.[0] ?? '', key) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The index of the key in a sorted array, or the index for its insertion. */
function indexOf(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(keys[middle] ?? '', key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
