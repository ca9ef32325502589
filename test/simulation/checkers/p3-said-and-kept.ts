/**
 * P3 as clients see it: the outcomes that they received are still true in the end, over any number
 * of runs.
 */
import type { Answer, CommandAnswer } from '../../../src/protocol/answer.ts';
import type { Happening, Judge, Scene } from '../happening.ts';
import { flat, isOfCommand, stageOf } from './answers-of-commands.ts';

export class SaidAndKept implements Judge {
  readonly #scene: Scene;
  readonly #heard = new Map<string, CommandAnswer[]>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    if (happening.kind === 'heard') {
      for (const answer of flat(happening.answer)) this.#keep(answer);
    } else if (happening.kind === 'pruned') {
      for (const { id } of happening.commands) this.#heard.delete(id);
    } else if (happening.kind === 'ended') {
      this.#compareAll(happening.listed);
    }
  }

  #keep(answer: Answer): void {
    if (!isOfCommand(answer)) return;
    const known = this.#heard.get(answer.id);
    if (known === undefined) this.#heard.set(answer.id, [answer]);
    else known.push(answer);
  }

  #compareAll(listed: readonly Answer[]): void {
    const truth = new Map(listed.filter(isOfCommand).map((answer) => [answer.id, answer]));
    for (const [id, answers] of this.#heard) {
      const is = truth.get(id);
      const { ledger, fail } = this.#scene;
      // An answer about a command that was pruned since, in a batch whose other commands took
      // longer.
      if (is === undefined && ledger.byId(id)?.pruned) continue;
      if (is === undefined) fail('P3', `${id} was answered, and is forgotten`);
      else for (const answer of answers) this.#compare(answer, is);
    }
  }

  #compare(heard: CommandAnswer, is: CommandAnswer): void {
    const fields = stageOf(heard.state) < 0 ? ENDING : LASTING;
    for (const field of fields) {
      const [sent, now] = [JSON.stringify(heard[field]), JSON.stringify(is[field])];
      if (sent !== now) this.#scene.fail('P3', `${is.id}: ${field} was told as ${sent}, is ${now}`);
    }
  }
}

const LASTING = ['op', 'groupId'] as const;
const ENDING = [...LASTING, 'state', 'reason', 'nodes'] as const;
