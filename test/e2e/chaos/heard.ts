/** Everything clients were told, in the order in which they heard it; and how much that is by now. */
import type { CommandAnswer } from '../../../src/client/index.ts';
import { isSettled } from '../../../src/core/transitions.ts';

export class Heard {
  readonly #byId = new Map<string, CommandAnswer[]>();
  readonly #watchers = new Set<() => void>();
  /** Commands of which somebody has heard the end. */
  settled = 0;

  get all(): ReadonlyMap<string, readonly CommandAnswer[]> {
    return this.#byId;
  }

  add(answer: CommandAnswer): void {
    const before = this.#byId.get(answer.id) ?? [];
    const isNews = isSettled(answer.state) && !before.some(({ state }) => isSettled(state));
    this.#byId.set(answer.id, [...before, answer]);
    if (isNews) this.settled++;
    for (const look of this.#watchers) look();
  }

  /** Resolves to true when so many have settled, to false when the time is over. */
  reaches(count: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (reached: boolean): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(reached);
      };
      const look = (): void => {
        if (this.settled >= count) finish(true);
      };
      const timer = setTimeout(() => finish(false), timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }
}
