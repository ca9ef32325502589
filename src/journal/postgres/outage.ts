/** Logs once that the database stopped answering, and once that it answers again, however often it is asked (P10). */
export interface OutageOptions {
  /** ms. */
  readonly now: () => number;
  readonly onAway: (why: string) => void;
  readonly onBack: (awayMs: number) => void;
}

export class Outage {
  readonly #options: OutageOptions;
  #since: number | undefined;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /** @param since when the call without an answer began */
  begin(why: string, since: number): void {
    if (this.#since !== undefined) return;
    this.#since = since;
    this.#options.onAway(why);
  }

  end(): void {
    if (this.#since === undefined) return;
    const since = this.#since;
    this.#since = undefined;
    this.#options.onBack(this.#options.now() - since);
  }
}
