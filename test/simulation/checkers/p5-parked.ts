/**
 * P5, P8: a command that crashes the daemon does so a few times only, and is then parked. Only a
 * crash leads to that. While it is parked, no request is sent for it. In the end no command is
 * parked.
 */
import type { Happening, Judge, Scene } from '../happening.ts';
import { OperatorWords } from './operator-words.ts';

/** Three in a row, and one more while it is watched. */
const CRASHES_MAX = 4;

export class Parked implements Judge {
  readonly #scene: Scene;
  readonly #retried = new OperatorWords('retry');
  /** By id of the command that caused it. */
  readonly #crashes = new Map<string, number>();
  /** The last run crashed, or this one does. */
  #isCrash = false;
  readonly #parked = new Set<string>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    switch (happening.kind) {
      case 'asked':
        return this.#retried.hear(happening);
      case 'crashed':
        this.#isCrash = true;
        return this.#count(happening.poison);
      case 'started':
        this.#isCrash = false;
        return undefined;
      case 'said':
        return this.#hearOf(happening);
      case 'sent':
        return this.#see(happening.exchange.command.id);
      default:
        return undefined;
    }
  }

  #count(poison: Extract<Happening, { kind: 'crashed' }>['poison']): void {
    if (poison?.when !== 'driven') return;
    const count = (this.#crashes.get(poison.id) ?? 0) + 1;
    this.#crashes.set(poison.id, count);
    if (count <= CRASHES_MAX || this.#retried.mayMean(poison.id)) return;
    this.#scene.fail('P8', `${poison.id} has crashed the daemon ${count} times, and is not parked`);
  }

  /** The event; answers to clients come later. */
  #hearOf({ ask, answer }: Extract<Happening, { kind: 'said' }>): void {
    if (ask === undefined && 'id' in answer && 'parked' in answer) this.#park(answer.id);
  }

  #park(id: string): void {
    if (!this.#isCrash) this.#scene.fail('P5', `${id} is parked, and nothing had crashed`);
    this.#parked.add(id);
  }

  #see(id: string): void {
    if (!this.#parked.has(id)) return;
    const isMeant = this.#scene.now() >= this.#scene.plan.calmAt || this.#retried.mayMean(id);
    if (!isMeant) this.#scene.fail('P5', `a request is sent for ${id}, which is parked`);
  }
}
