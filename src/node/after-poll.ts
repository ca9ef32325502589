/**
 * What is done in one go once the event loop has read its sockets, by all node clients of a thread:
 *
 * - requests leave over connections that were used before. What a node has sent over one meanwhile,
 *   or that it closed it, must be known first: it would be taken for the answer, or cost it.
 * - exchanges that have ended are told. To read an answer and to find out what follows from it are
 *   two programs, each too large for the processor's caches beside the other: taking turns after
 *   every answer costs a tenth more (docs/notebook/performance.md).
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
