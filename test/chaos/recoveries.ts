/** The time from the end of each fault until a client received a committed command. */
import type { Heard } from './heard.ts';

export interface Recovery {
  readonly kind: string;
  readonly count: number;
  readonly longestMs: number;
}

export class Recoveries {
  readonly #byKind = new Map<string, { count: number; longestMs: number }>();
  /** Faults that have ended, without a committed command since. */
  #pending: { readonly kind: string; readonly atMs: number }[] = [];
  #lastDoneMs = performance.now();
  /** The longest time without a committed command. */
  longestSilenceMs = 0;

  constructor(heard: Heard) {
    heard.watch(({ state }, isNews) => {
      if (isNews && state === 'committed') this.#done();
    });
  }

  /** The end of a fault; a kill ends at once. */
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
