/**
 * The places of the executors: one holds no more commands than it works on. A rollback that waits
 * for its node is not work in this sense, or one dead node would stop everything (P6).
 */
import type { OpenCommand } from './open-command.ts';

export class Slots {
  /** Places taken, by executor. */
  readonly #taken: number[];
  readonly #places: number;
  #bulk = 0;

  constructor(executors: number, places: number) {
    this.#taken = new Array<number>(executors).fill(0);
    this.#places = places;
  }

  /** The executor with most places free, or undefined if none has any. */
  free(): number | undefined {
    const least = Math.min(...this.#taken);
    return least < this.#places ? this.#taken.indexOf(least) : undefined;
  }

  /** Places taken by the bulk lane. */
  get bulk(): number {
    return this.#bulk;
  }

  /** Assigns the command; `working`: it takes a place. */
  assign(open: OpenCommand, executor: number, working: boolean): void {
    open.stage = 'dispatched';
    open.executor = executor;
    open.working = working;
    if (working) this.#count(open, executor, 1);
  }

  /** The command has turned back or settled: its place is free. */
  release(open: OpenCommand): void {
    if (!open.working || open.executor === undefined) return;
    open.working = false;
    this.#count(open, open.executor, -1);
  }

  #count({ command }: OpenCommand, executor: number, step: 1 | -1): void {
    this.#taken[executor] = (this.#taken[executor] ?? 0) + step;
    if (command.lane === 'bulk') this.#bulk += step;
  }
}
