/**
 * The daemon's clock as this client knows it: every answer contains it (`at`), and the client's own
 * monotonic clock continues it. The client's wall clock has no effect.
 *
 * An answer takes time to arrive, so this clock is never ahead of the daemon's. Of several answers
 * the fastest counts, as long as the two monotonic clocks agree.
 */

/** After this time another answer counts: drift, or a daemon whose clock went back, cannot last. */
const KEPT_MS = 60_000;

export class DaemonClock {
  /** The daemon's time when this client's clock shows 0; undefined before the first answer. */
  #offset: number | undefined;
  #heardAt = 0;

  /** Uses the time of an answer. */
  receive(at: number): void {
    const now = performance.now();
    const offset = at - now;
    const isKept = this.#offset !== undefined && now - this.#heardAt < KEPT_MS;
    if (isKept && offset < (this.#offset ?? 0)) return;
    this.#offset = offset;
    this.#heardAt = now;
  }

  /**
   * Converts a time of this client's clock to the daemon's, in whole ms. Before the first answer
   * only past times can be converted.
   */
  of(moment: number): number | undefined {
    if (this.#offset !== undefined) return Math.max(0, Math.floor(moment + this.#offset));
    // Past by every clock.
    return moment <= performance.now() ? 0 : undefined;
  }
}
