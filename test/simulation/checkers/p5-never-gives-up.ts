/**
 * P5: a command that turned to its rollback ends rolled back, or abandoned by a real operator's
 * command; people are notified once if the rollback takes long.
 */
import type { Settlement } from '../../../src/core/model.ts';
import type { Happening, Judge, Scene } from '../happening.ts';
import type { Entry } from '../ledger.ts';
import { OperatorWords } from './operator-words.ts';
import { isIrreversible } from './p1-point-of-no-return.ts';

/** From the time at which the flag is due until it is durable. */
const SLACK_MS = 100;

export class NeverGivesUp implements Judge {
  readonly #scene: Scene;
  readonly #abandoned = new OperatorWords('abandon');
  /** Commands that were reported as parked. */
  readonly #parked = new Set<string>();
  #startedAt = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    switch (happening.kind) {
      case 'asked':
        return this.#abandoned.hear(happening);
      case 'said':
        if ('id' in happening.answer && 'parked' in happening.answer)
          this.#parked.add(happening.answer.id);
        return undefined;
      case 'started':
        this.#startedAt = this.#scene.now();
        return undefined;
      case 'durable':
        for (const { seq, settlement } of happening.batch.settle) {
          const entry = this.#scene.ledger.of(seq);
          if (entry !== undefined) this.#check(entry, settlement);
        }
        return undefined;
      default:
        return undefined;
    }
  }

  #check({ command, turnedAt, stuckFlags }: Entry, { state }: Settlement): void {
    const { fail, plan, now } = this.#scene;
    const { id } = command;
    // A parked command may be given up in any state.
    if (state === 'abandoned' && this.#parked.has(id) && this.#abandoned.mayMean(id)) return;
    if (isIrreversible(this.#scene, command)) return;
    if (turnedAt === undefined) {
      if (state === 'rolled_back' || state === 'abandoned')
        fail('P5', `${id} ${state}, not turned`);
      return;
    }
    if (state !== 'rolled_back' && !(state === 'abandoned' && this.#abandoned.mayMean(id))) {
      fail('P5', `${id} compensated, and ended ${state}`);
    }
    if (stuckFlags > 1) fail('P5', `${id} was flagged ${stuckFlags} times`);
    // After a restart the time counts by a clock that may have been set: from the start at the
    // latest.
    const since = Math.max(turnedAt, this.#startedAt);
    const isLong = now() - since > plan.policy.stuckAfterMs + SLACK_MS;
    if (isLong && stuckFlags === 0) fail('P5', `${id} took long, and nobody was told`);
  }
}
