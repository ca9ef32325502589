/**
 * A digest of a set of keys that does not depend on their order and costs one hash for each change.
 * With it `stats` compares the nodes' sets without moving them between threads. Adding and removing
 * a key are the same operation. 128 bits: two different sets are equal by accident only (a guard
 * against chance, not against an attacker).
 */
export class KeyDigest {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  /** Adds the key, or removes it again. */
  toggle(key: string): void {
    let a = 0x67452301;
    let b = 0xefcdab89 | 0;
    let c = 0x98badcfe | 0;
    let d = 0x10325476;
    for (let index = 0; index < key.length; index++) {
      const unit = key.charCodeAt(index);
      a = b ^ Math.imul(a ^ unit, 0x239b961b);
      b = c ^ Math.imul(b ^ unit, 0xab0e9789);
      c = d ^ Math.imul(c ^ unit, 0x38b34ae5);
      d = a ^ Math.imul(d ^ unit, 0xa1e38b93);
    }
    this.#a ^= finish(a ^ key.length);
    this.#b ^= finish(b ^ a);
    this.#c ^= finish(c ^ b);
    this.#d ^= finish(d ^ c);
  }

  text(): string {
    return [this.#a, this.#b, this.#c, this.#d].map((part) => part >>> 0).join('.');
  }
}

function finish(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
