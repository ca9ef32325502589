/** The answers about commands. */
import type { Answer, CommandAnswer } from '../../../src/protocol/answer.ts';

const OPEN_STATES: readonly string[] = ['accepted', 'applying', 'compensating'];

/** A batch contains many answers, and so does a list. */
export function flat(answer: Answer): readonly Answer[] {
  if ('results' in answer) return answer.results;
  return 'commands' in answer ? answer.commands : [answer];
}

export function isOfCommand(answer: Answer): answer is CommandAnswer {
  return 'op' in answer && 'groupId' in answer;
}

/** The progress of an open command; -1 if it is settled. */
export function stageOf(state: string): number {
  return OPEN_STATES.indexOf(state);
}
