/**
 * The slots of the executors: an executor gets no more commands than it works on. A rollback takes no
 * slot: else the rollbacks that wait for one dead node would stop everything (P6).
 */
import type { OpenCommand } from './open-command.ts';

export class Slots {
  /** Slots taken, by executor. */
  readonly #taken: number[];
  readonly #perExecutor: number;
  #bulk = 0;

  /** @param perExecutor slots of each executor */
  constructor(executors: number, perExecutor: number) {
    this.#taken = new Array<number>(executors).fill(0);
    this.#perExecutor = perExecutor;
  }

  /** The executor with most slots free, or undefined if none has any. */
  free(): number | undefined {
    const least = Math.min(...this.#taken);
    return least < this.#perExecutor ? this.#taken.indexOf(least) : undefined;
  }

  /** Slots taken by the bulk lane. */
  get bulk(): number {
    return this.#bulk;
  }

  assign(open: OpenCommand, executor: number, takesSlot: boolean): void {
    open.assignTo(executor, takesSlot);
    if (takesSlot) this.#count(open, executor, 1);
  }

  /** The command is being rolled back, or has settled: its slot is free. */
  release(open: OpenCommand): void {
    const executor = open.freeSlot();
    if (executor !== undefined) this.#count(open, executor, -1);
  }

  #count({ command }: OpenCommand, executor: number, step: 1 | -1): void {
    this.#taken[executor] = (this.#taken[executor] ?? 0) + step;
    if (command.lane === 'bulk') this.#bulk += step;
  }
}
