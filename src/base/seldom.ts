/** One line of the log for many of the same kind (P10): at most one in ten seconds, the first one at once. */
const EVERY_MS = 10_000;

export class Seldom {
  #takenAt = Number.NEGATIVE_INFINITY;

  /** Whether a line may be written now. */
  take(): boolean {
    const now = performance.now();
    if (now - this.#takenAt < EVERY_MS) return false;
    this.#takenAt = now;
    return true;
  }
}
