/** The coordinator's latest figures, and their age. */
import type { Figures } from '../protocol/figures.ts';
import type { DaemonStatus } from './daemon-status.ts';

export class LatestFigures {
  #latest: { readonly figures: Figures; readonly at: number } | undefined;

  take(figures: Figures): void {
    this.#latest = { figures, at: performance.now() };
  }

  get seen(): DaemonStatus['figures'] {
    if (this.#latest === undefined) return undefined;
    const { figures, at } = this.#latest;
    return { latest: figures, ageMs: performance.now() - at };
  }
}
