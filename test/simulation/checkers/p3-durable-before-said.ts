/**
 * P3: every statement of the daemon about a command, in answers and in events, is on the disk when
 * it is sent.
 */
import type { Answer } from '../../../src/protocol/answer.ts';
import type { Happening, Judge, Scene } from '../happening.ts';
import type { Entry } from '../ledger.ts';
import { flat, isOfCommand, stageOf } from './answers-of-commands.ts';

export class DurableBeforeSaid implements Judge {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    if (happening.kind !== 'said') return;
    for (const answer of flat(happening.answer)) this.#check(answer);
  }

  #check(answer: Answer): void {
    const { ledger, fail } = this.#scene;
    if (isOfCommand(answer)) {
      const { id, state } = answer;
      const durable = stateOf(ledger.byId(id));
      if (!covers(durable, state)) fail('P3', `${id} is said to be ${state}, and is ${durable}`);
      return;
    }
    // At the end of a run: "the command continues in the next run".
    if (!('error' in answer) || answer.error.code !== 'draining' || answer.id === undefined) return;
    if (ledger.byId(answer.id) === undefined)
      fail('P3', `${answer.id} goes on, and is not durable`);
  }
}

/** An open state may be reported late, but never early. */
function covers(durable: string | undefined, detail: string): boolean {
  if (durable === undefined) return false;
  if (stageOf(detail) < 0 || stageOf(durable) < 0)
    return stageOf(detail) >= 0 || durable === detail;
  return stageOf(durable) >= stageOf(detail);
}

function stateOf(entry: Entry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  if (entry.settled !== undefined) return entry.settled.state;
  if (entry.turnedAt !== undefined) return 'compensating';
  return entry.began === undefined ? 'accepted' : 'applying';
}
