/** What clients have used of something lately: time of a thread, or bytes. What was used is forgotten at a fixed pace. */

export interface SpendingOptions {
  /** ms. */
  readonly now: () => number;
  /** Used beyond this a client is heavy. */
  readonly heavyAbove: number;
  /** Forgotten in each second. */
  readonly forgottenPerSecond: number;
}

interface Spent {
  readonly amount: number;
  readonly at: number;
}

/** Above it, those that have used something longest ago are dropped. */
const CLIENTS_MAX = 1000;

export class Spending {
  readonly #options: SpendingOptions;
  readonly #spent = new Map<string, Spent>();

  constructor(options: SpendingOptions) {
    this.#options = options;
  }

  add(client: string, amount: number): void {
    const { now } = this.#options;
    const left = this.#left(client);
    this.#spent.delete(client);
    this.#spent.set(client, { amount: left + amount, at: now() });
    if (this.#spent.size > CLIENTS_MAX) this.#dropOldest();
  }

  isHeavy(client: string): boolean {
    return this.#left(client) > this.#options.heavyAbove;
  }

  #left(client: string): number {
    const spent = this.#spent.get(client);
    if (spent === undefined) return 0;
    const { now, forgottenPerSecond } = this.#options;
    return Math.max(0, spent.amount - ((now() - spent.at) / 1000) * forgottenPerSecond);
  }

  /** The one that has used something longest ago. */
  #dropOldest(): void {
    for (const client of this.#spent.keys()) {
      this.#spent.delete(client);
      return;
    }
  }
}
