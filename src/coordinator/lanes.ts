/**
 * Who is next: commands that hold their key and wait for a place. The lanes share the places, so
 * that no number of bulk commands delays an interactive one by more than the work in flight.
 *
 * What an earlier life had begun stands in the same lanes, before all that is new, since it is taken
 * up first; only rollbacks go ahead of everything, for they take no place. Both go on while new
 * commands may not.
 */
import type { Lane } from '../core/model.ts';
import { Line } from './line.ts';
import type { OpenCommand } from './open-command.ts';

export class Lanes {
  readonly #rollbacks = new Line<OpenCommand>();
  readonly #lanes: Readonly<Record<Lane, Line<OpenCommand>>> = {
    interactive: new Line(),
    bulk: new Line(),
  };
  readonly #share: number;
  /** What the interactive lane is owed, in places. */
  #owed = 0;

  /** @param interactiveShare of the places, while both lanes wait; above 0, below 1 */
  constructor(interactiveShare: number) {
    this.#share = interactiveShare;
  }

  /** How many wait for a place. */
  get size(): number {
    const { interactive, bulk } = this.#lanes;
    return this.#rollbacks.size + interactive.size + bulk.size;
  }

  add(open: OpenCommand): void {
    open.stage = 'ready';
    this.#of(open).push(open);
  }

  /** Takes a command out that needs no place any more. */
  remove(open: OpenCommand): void {
    this.#of(open).remove(open);
  }

  /** The next command, or undefined; `takesNew`: of this lane also one that has not begun before. */
  next(takesNew: (lane: Lane) => boolean = () => true): OpenCommand | undefined {
    return this.#rollbacks.shift() ?? this.#shareOut(takesNew);
  }

  #of(open: OpenCommand): Line<OpenCommand> {
    return open.state === 'compensating' ? this.#rollbacks : this.#lanes[open.command.lane];
  }

  #shareOut(takesNew: (lane: Lane) => boolean): OpenCommand | undefined {
    const { interactive, bulk } = this.#lanes;
    const has = (lane: Lane): boolean => {
      const { first } = this.#lanes[lane];
      return first !== undefined && (first.recovered || takesNew(lane));
    };
    const [hasInteractive, hasBulk] = [has('interactive'), has('bulk')];
    if (!hasInteractive) return hasBulk ? bulk.shift() : undefined;
    if (!hasBulk) return interactive.shift();
    this.#owed += this.#share;
    if (this.#owed < 1) return bulk.shift();
    this.#owed -= 1;
    return interactive.shift();
  }
}
