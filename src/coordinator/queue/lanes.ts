/**
 * The order of dispatch among commands that hold their key and wait for a slot. The lanes share the slots, so
 * that no number of bulk commands delays an interactive one by more than the work in flight.
 *
 * Commands that an earlier life had begun go first in their lane, in a queue of their own: they must not wait
 * behind one of that life that has to. Rollbacks go ahead of all, because they take no slot. Both go on while
 * new commands may not.
 */
import type { Lane } from '../../core/model.ts';
import { LinkedQueue } from './linked-queue.ts';
import type { OpenCommand } from './open-command.ts';

type LaneQueues = Readonly<Record<Lane, LinkedQueue<OpenCommand>>>;

export class Lanes {
  readonly #rollbacks = new LinkedQueue<OpenCommand>();
  readonly #begun: LaneQueues = { interactive: new LinkedQueue(), bulk: new LinkedQueue() };
  readonly #new: LaneQueues = { interactive: new LinkedQueue(), bulk: new LinkedQueue() };
  readonly #share: number;
  /** The slots that the interactive lane is owed. */
  #owed = 0;

  /** @param interactiveShare of the slots, while both lanes wait; above 0, below 1 */
  constructor(interactiveShare: number) {
    this.#share = interactiveShare;
  }

  /** Commands that wait for a slot. */
  get size(): number {
    const lines = [this.#begun, this.#new].flatMap(({ interactive, bulk }) => [interactive, bulk]);
    return lines.reduce((sum, line) => sum + line.size, this.#rollbacks.size);
  }

  add(open: OpenCommand): void {
    open.moveTo('ready');
    this.#of(open).push(open);
  }

  /** Removes a command that no longer needs a slot. */
  remove(open: OpenCommand): void {
    this.#of(open).remove(open);
  }

  /** Takes the next command out, if there is one; `takesNew`: whether a command of this lane may begin. */
  takeNext(takesNew: (lane: Lane) => boolean = () => true): OpenCommand | undefined {
    return this.#rollbacks.shift() ?? this.#shareOut(takesNew);
  }

  #of(open: OpenCommand): LinkedQueue<OpenCommand> {
    if (open.state === 'compensating') return this.#rollbacks;
    return (open.recovered ? this.#begun : this.#new)[open.command.lane];
  }

  #shareOut(takesNew: (lane: Lane) => boolean): OpenCommand | undefined {
    const lineOf = (lane: Lane): LinkedQueue<OpenCommand> | undefined => {
      if (this.#begun[lane].size > 0) return this.#begun[lane];
      return this.#new[lane].size > 0 && takesNew(lane) ? this.#new[lane] : undefined;
    };
    const [interactive, bulk] = [lineOf('interactive'), lineOf('bulk')];
    if (interactive === undefined || bulk === undefined) return (interactive ?? bulk)?.shift();
    this.#owed += this.#share;
    if (this.#owed < 1) return bulk.shift();
    this.#owed -= 1;
    return interactive.shift();
  }
}
