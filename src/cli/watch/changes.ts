/** Tells the answers that were not seen yet from those that were. */

/** As many are remembered. */
const SEEN_MAX = 10_000;

export class Changes {
  /** By id: the last answer as text, the least recent first. */
  readonly #seen = new Map<string, string>();

  /** Whether the answer of this id differs from the last one; times that pass do not count. */
  isNew(id: string, answer: object): boolean {
    const text = JSON.stringify(answer, (name, value: unknown) =>
      name === 'elapsedMs' || name === 'uptimeMs' || name === 'nextTrialInMs' ? undefined : value,
    );
    const isNew = this.#seen.get(id) !== text;
    this.#seen.delete(id);
    this.#seen.set(id, text);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > SEEN_MAX && oldest !== undefined) this.#seen.delete(oldest);
    return isNew;
  }
}
