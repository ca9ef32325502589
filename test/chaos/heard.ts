/** Every request and every answer, each with its time; and the number of them by now. */
import type { CommandAnswer } from '../../src/client/index.ts';
import { isSettled } from '../../src/core/transitions.ts';
import type { Asked } from './workload.ts';

export interface Told {
  /** When it was heard; of the monotonic clock of whoever asked, as all times here. */
  readonly atMs: number;
  readonly answer: CommandAnswer;
}

/** `askedMs`: when it was asked for first. */
export type AskedFor = Asked & { readonly askedMs: number };

/** `isNews`: it is the first that tells the command's end. */
type Watcher = (answer: CommandAnswer, isNews: boolean) => void;

export class Heard {
  readonly #asked = new Map<string, AskedFor>();
  readonly #told = new Map<string, Told[]>();
  readonly #watchers = new Set<Watcher>();
  /** Answers to clients that cancelled a command. */
  readonly cancels: CommandAnswer[] = [];
  /** Commands whose end a client has received. */
  settled = 0;
  answers = 0;

  get asked(): ReadonlyMap<string, AskedFor> {
    return this.#asked;
  }

  get told(): ReadonlyMap<string, readonly Told[]> {
    return this.#told;
  }

  ask(asked: Asked): void {
    if (this.#asked.has(asked.id)) return;
    this.#asked.set(asked.id, { ...asked, askedMs: performance.now() });
  }

  add(answer: CommandAnswer): void {
    const before = this.#told.get(answer.id) ?? [];
    const isNews =
      isSettled(answer.state) && !before.some(({ answer: { state } }) => isSettled(state));
    this.#told.set(answer.id, [...before, { atMs: performance.now(), answer }]);
    this.answers++;
    if (isNews) this.settled++;
    for (const look of this.#watchers) look(answer, isNews);
  }

  /** Calls back for every answer; the result calls it off. */
  watch(look: Watcher): () => void {
    this.#watchers.add(look);
    return () => this.#watchers.delete(look);
  }

  /** Resolves to true when so many have settled, to false when the time is over. */
  reaches(count: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (reached: boolean): void => {
        clearTimeout(timer);
        unwatch();
        resolve(reached);
      };
      const look = (): void => {
        if (this.settled >= count) finish(true);
      };
      const timer = setTimeout(() => finish(false), timeoutMs);
      const unwatch = this.watch(look);
      look();
    });
  }
}
