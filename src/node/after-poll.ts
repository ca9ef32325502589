/**
 * Work of all node clients of a thread that waits until the event loop has read its sockets, and is then done in one go:
 *
 * - Requests leave over connections that were used before. Bytes that a node sent over such a connection meanwhile, or
 *   its close, must be seen first: the bytes would be taken for the reply, and the close would lose it.
 * - Exchanges that ended call their owners. Reading a reply and deciding about it are two programs, and the processor's
 *   caches have no room for both: alternating after every reply costs a tenth more (docs/notebook/performance.md).
 */
export class AfterPoll {
  #waiting: (() => void)[] = [];

  add(act: () => void): void {
    if (this.#waiting.push(act) === 1) setImmediate(() => this.#actAll());
  }

  #actAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const act of waiting) act();
  }
}
