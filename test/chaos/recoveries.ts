/** How long it took after each fault until a client heard of a command that was done. */
import type { Heard } from './heard.ts';

export interface Recovery {
  readonly kind: string;
  readonly count: number;
  readonly longestMs: number;
}

export class Recoveries {
  readonly #byKind = new Map<string, { count: number; longestMs: number }>();
  /** Faults that are over, and nothing was done since. */
  #pending: { readonly kind: string; readonly atMs: number }[] = [];
  #lastDoneMs = performance.now();
  /** The longest time in which nothing was done. */
  longestSilenceMs = 0;

  constructor(heard: Heard) {
    heard.watch(({ state }, isNews) => {
      if (isNews && state === 'committed') this.#done();
    });
  }

  /** A fault is over: killed is over at once. */
  after(kind: string): void {
    this.#pending.push({ kind, atMs: performance.now() });
  }

  get all(): readonly Recovery[] {
    return [...this.#byKind]
      .map(([kind, recovery]) => ({ kind, ...recovery }))
      .sort((a, b) => (a.kind < b.kind ? -1 : 1));
  }

  #done(): void {
    const now = performance.now();
    this.longestSilenceMs = Math.max(this.longestSilenceMs, now - this.#lastDoneMs);
    this.#lastDoneMs = now;
    for (const { kind, atMs } of this.#pending) {
      const { count, longestMs } = this.#byKind.get(kind) ?? { count: 0, longestMs: 0 };
      const tookMs = Math.round(Math.max(longestMs, now - atMs));
      this.#byKind.set(kind, { count: count + 1, longestMs: tookMs });
    }
    this.#pending = [];
  }
}
