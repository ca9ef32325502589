/**
 * The daemon's clock as this client knows it: every answer tells it (`at`), and it is counted on by the
 * client's own monotonic clock. What the client's wall clock says is of no matter.
 *
 * An answer has been on its way for a while, so the clock is never ahead of the daemon's: of several
 * answers the quickest counts, for as long as two monotonic clocks go alike.
 */

/** Then another answer counts, so that neither drift nor a daemon whose clock went back stays in. */
const KEPT_MS = 60_000;

export class DaemonClock {
  /** What it shows when this client's clock shows 0; undefined before the first answer. */
  #offset: number | undefined;
  #heardAt = 0;

  /** An answer has come. */
  receive(at: number): void {
    const now = performance.now();
    const offset = at - now;
    const isKept = this.#offset !== undefined && now - this.#heardAt < KEPT_MS;
    if (isKept && offset < (this.#offset ?? 0)) return;
    this.#offset = offset;
    this.#heardAt = now;
  }

  /** Moments of this client's clock by the daemon's, whole ms; before the first answer, past ones alone. */
  of(moment: number): number | undefined {
    if (this.#offset !== undefined) return Math.max(0, Math.floor(moment + this.#offset));
    // Past by every clock.
    return moment <= performance.now() ? 0 : undefined;
  }
}
