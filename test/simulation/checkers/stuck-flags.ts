/** P5: people are notified once of a command that never gives up and takes long. */
import type { Scene } from '../happening.ts';
import type { Entry } from '../ledger.ts';

/** From the time at which the flag is due until it is durable. */
const SLACK_MS = 100;

export class StuckFlags {
  readonly #scene: Scene;
  #startedAt = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** The daemon starts. */
  noteStart(): void {
    this.#startedAt = this.#scene.now();
  }

  /**
   * After a restart a time counts by a clock that may have been set: from the start at the latest.
   * @param at when something happened to the command
   */
  since(at: number): number {
    return Math.max(at, this.#startedAt);
  }

  checkOnce({ command, stuckFlags }: Entry): void {
    if (stuckFlags > 1) this.#scene.fail('P5', `${command.id} was flagged ${stuckFlags} times`);
  }

  /** @param since the time from which the command counts as late */
  checkTold({ command, stuckFlags }: Entry, since: number): void {
    const { plan, now, fail } = this.#scene;
    const isLong = now() - since > plan.policy.stuckAfterMs + SLACK_MS;
    if (isLong && stuckFlags === 0) fail('P5', `${command.id} took long, and nobody was told`);
  }
}
