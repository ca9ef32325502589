/**
 * Finds open commands past their deadline. It reads all of them only when the earliest deadline has passed, so
 * 200,000 waiting commands cost nothing meanwhile.
 */
import type { OpenCommand } from './open-command.ts';

export class DeadlineWatch {
  /** Lower bound of all open deadlines, ms. It may be stale: its command may have settled. */
  #next = Number.POSITIVE_INFINITY;

  add({ command }: OpenCommand): void {
    this.#next = Math.min(this.#next, command.deadlineAt);
  }

  /**
   * Passes every command past its deadline to `expire`, until that returns false: no more room.
   * @returns whether it has seen them all
   */
  look(all: Iterable<OpenCommand>, now: number, expire: (open: OpenCommand) => boolean): boolean {
    if (now < this.#next) return true;
    let next = Number.POSITIVE_INFINITY;
    for (const open of all) {
      const { deadlineAt } = open.command;
      // Its acceptance is not durable yet: the next look can refuse it.
      if (now < deadlineAt || open.stage === 'new') next = Math.min(next, deadlineAt);
      else if (!expire(open)) return false;
    }
    this.#next = next;
    return true;
  }
}
