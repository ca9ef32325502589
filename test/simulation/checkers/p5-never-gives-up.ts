/**
 * P5: a command that turned to its rollback ends rolled back, or abandoned by a real operator's
 * command; people are notified once if the rollback takes long.
 */
import type { Settlement } from '../../../src/core/model.ts';
import type { Happening, Judge, Scene } from '../happening.ts';
import type { Entry } from '../ledger.ts';
import { OperatorWords } from './operator-words.ts';
import { isIrreversible } from './p1-point-of-no-return.ts';
import { isOfNobody } from './retired.ts';
import { StuckFlags } from './stuck-flags.ts';

export class NeverGivesUp implements Judge {
  readonly #scene: Scene;
  readonly #abandoned = new OperatorWords('abandon');
  /** Commands that were reported as parked. */
  readonly #parked = new Set<string>();
  readonly #flags: StuckFlags;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#flags = new StuckFlags(scene);
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
        return this.#flags.noteStart();
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

  #check(entry: Entry, settlement: Settlement): void {
    const { fail } = this.#scene;
    const { command, turnedAt } = entry;
    const { id } = command;
    const { state } = settlement;
    // Every node was retired.
    if (state === 'abandoned' && isOfNobody(settlement)) return;
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
    this.#flags.checkOnce(entry);
    this.#flags.checkTold(entry, this.#flags.since(turnedAt));
  }
}
