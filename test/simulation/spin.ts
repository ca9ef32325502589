/**
 * Whether a history spins: its steps go on, and its time hardly does. A long history may take any number of
 * steps, as long as no second of it takes too many; that its time has an end, `Rest` sees to.
 */

/** In one second of virtual time. The most of 40,000 histories was 3,600. */
const STEPS_MAX = 20_000;
const SECOND_MS = 1000;

export class Spin {
  #second = 0;
  #steps = 0;

  /** Counts one step. @param now ms of virtual time @returns whether it was one too many */
  step(now: number): boolean {
    const second = Math.floor(now / SECOND_MS);
    if (second !== this.#second) this.#steps = 0;
    this.#second = second;
    return ++this.#steps > STEPS_MAX;
  }
}
