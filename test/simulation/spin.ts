/**
 * Whether a history spins: it takes many steps in almost no virtual time. A long history may take
 * any number of steps, if no second has too many; `Rest` bounds its time.
 */

/** In one second of virtual time. The most of 40,000 histories was 3,600. */
const STEPS_MAX = 20_000;
const SECOND_MS = 1000;

export class Spin {
  #second = 0;
  #steps = 0;

  /**
   * Counts one step.
   * @param now ms of virtual time
   * @returns whether it was one too many
   */
  step(now: number): boolean {
    const second = Math.floor(now / SECOND_MS);
    if (second !== this.#second) this.#steps = 0;
    this.#second = second;
    return ++this.#steps > STEPS_MAX;
  }
}
