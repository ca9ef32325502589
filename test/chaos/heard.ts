/** Every request and every answer, with its time; and their numbers so far. */
import type { CommandAnswer } from '../../src/client/index.ts';
import { isSettled } from '../../src/core/transitions.ts';
import type { Asked } from './workload.ts';

export interface Told {
  /** The time of the answer, on the monotonic clock of the client, like all times here. */
  readonly atMs: number;
  readonly answer: CommandAnswer;
}

/** `askedMs`: the time of the first request. */
export type AskedFor = Asked & { readonly askedMs: number };

/** `isNews`: the first answer with the command's outcome. */
type Watcher = (answer: CommandAnswer, isNews: boolean) => void;

export class Heard {
  readonly #asked = new Map<string, AskedFor>();
  readonly #told = new Map<string, Told[]>();
  readonly #watchers = new Set<Watcher>();
  /** Answers to clients that cancelled a command. */
  readonly cancels: CommandAnswer[] = [];
  /** Commands whose outcome a client has received. */
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

  /** Calls back for every answer; the returned function cancels that. */
  watch(look: Watcher): () => void {
    this.#watchers.add(look);
    return () => this.#watchers.delete(look);
  }

  /** Resolves to true when this many have settled, to false at the end of the time. */
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
