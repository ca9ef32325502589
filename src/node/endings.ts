/**
 * Exchanges that have ended, told in one go once the event loop has read its sockets. To read an
 * answer and to find out what follows from it are two programs, each too large for the processor's
 * caches beside the other: taking turns after every answer costs a tenth more (docs/performance.md).
 */
export class Endings {
  #waiting: (() => void)[] = [];

  add(tell: () => void): void {
    if (this.#waiting.push(tell) === 1) setImmediate(() => this.#tellAll());
  }

  #tellAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const tell of waiting) tell();
  }
}
