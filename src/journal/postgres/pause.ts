/** Waits that a signal ends early. */
import { setTimeout as wait } from 'node:timers/promises';

const FIRST_MS = 50;
const MAX_MS = 1000;

export async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** The pauses between repeats: each up to twice as long as the one before, at random, so that daemons do not meet. */
export class Pauses {
  readonly #signal: AbortSignal;
  #ms = FIRST_MS;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  async next(): Promise<void> {
    const ms = this.#ms;
    this.#ms = Math.min(MAX_MS, ms * 2);
    await waitFor(ms * (0.5 + Math.random() / 2), this.#signal);
  }
}
