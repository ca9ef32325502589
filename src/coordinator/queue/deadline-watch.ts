/**
 * Which open commands are past their deadline. All of them are looked at only when the earliest
 * deadline has passed, so 200,000 that wait cost nothing meanwhile.
 */
import type { OpenCommand } from './open-command.ts';

export class DeadlineWatch {
  /** No open command has an earlier deadline ahead of it; there may be none at this time any more. */
  #next = Number.POSITIVE_INFINITY;

  add({ command }: OpenCommand): void {
    this.#next = Math.min(this.#next, command.deadlineAt);
  }

  /**
   * Hands every command past its deadline to `expire`, until that says there is no more room.
   * @returns whether it has seen them all
   */
  look(all: Iterable<OpenCommand>, now: number, expire: (open: OpenCommand) => boolean): boolean {
    if (now < this.#next) return true;
    let next = Number.POSITIVE_INFINITY;
    for (const open of all) {
      const { deadlineAt } = open.command;
      // Its acceptance is not durable yet: it can be refused the next time.
      if (now < deadlineAt || open.stage === 'new') next = Math.min(next, deadlineAt);
      else if (!expire(open)) return false;
    }
    this.#next = next;
    return true;
  }
}
