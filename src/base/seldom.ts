/** One line of the log for many of the same kind (P10): at most one in ten seconds, the first one at once. */
const EVERY_MS = 10_000;

export class Seldom {
  #saidAt = Number.NEGATIVE_INFINITY;

  /** Whether a line may be written now. */
  take(): boolean {
    const now = performance.now();
    if (now - this.#saidAt < EVERY_MS) return false;
    this.#saidAt = now;
    return true;
  }
}
