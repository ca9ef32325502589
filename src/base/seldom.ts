/** One line of the log for many of the same kind (P10): at most one in ten seconds, the first one at once. */
const EVERY_MS = 10_000;

export class Seldom {
  #takenAt = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** @returns of how many the line is that may be written now: all since the last line; 0: none may be written */
  take(): number {
    this.#count++;
    const now = performance.now();
    if (now - this.#takenAt < EVERY_MS) return 0;
    this.#takenAt = now;
    const count = this.#count;
    this.#count = 0;
    return count;
  }
}
