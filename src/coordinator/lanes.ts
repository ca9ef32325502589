/**
 * Who is next: commands that hold their key and wait for a place. What an earlier life had begun
 * goes first; then the lanes share the places, so that no number of bulk commands delays an
 * interactive one by more than the work in flight.
 */
import type { Lane } from '../core/model.ts';
import { Fifo } from './fifo.ts';
import type { OpenCommand } from './open-command.ts';

export class Lanes {
  readonly #recovered = new Fifo<OpenCommand>();
  readonly #lanes: Readonly<Record<Lane, Fifo<OpenCommand>>> = {
    interactive: new Fifo(),
    bulk: new Fifo(),
  };
  readonly #share: number;
  /** What the interactive lane is owed, in places. */
  #owed = 0;

  /** @param interactiveShare of the places, while both lanes wait; above 0, below 1 */
  constructor(interactiveShare: number) {
    this.#share = interactiveShare;
  }

  add(open: OpenCommand): void {
    open.stage = 'ready';
    (open.recovered ? this.#recovered : this.#lanes[open.command.lane]).push(open);
  }

  /** The next command, or undefined. Those that have settled while they waited are passed over. */
  next(): OpenCommand | undefined {
    for (;;) {
      const open = this.#recovered.shift() ?? this.#shareOut();
      if (open === undefined || open.stage === 'ready') return open;
    }
  }

  #shareOut(): OpenCommand | undefined {
    const { interactive, bulk } = this.#lanes;
    if (interactive.size === 0 || bulk.size === 0) return interactive.shift() ?? bulk.shift();
    this.#owed += this.#share;
    if (this.#owed < 1) return bulk.shift();
    this.#owed -= 1;
    return interactive.shift();
  }
}
