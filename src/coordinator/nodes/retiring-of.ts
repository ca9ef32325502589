/**
 * What the retirement of a node means for the open commands that name it. There may be two hundred thousand, so they are
 * walked a piece at a time: sockets are read and the thread beats in between (P8).
 */
import type { RetiredCommand, RetiredCourse, Retiring } from '../../protocol/answers/retiring.ts';
import type { OpenCommand } from '../queue/open-command.ts';
import type { RequestContext } from '../requests/context.ts';

/** Commands that an answer names. */
const NAMED_MAX = 100;
/** Commands of one turn of the event loop: about 1 ms. */
export const PIECE = 5000;

interface Context {
  readonly retirements: Pick<RequestContext['retirements'], 'of'>;
  readonly commands: { readonly registry: Pick<RequestContext['commands']['registry'], 'all'> };
}

interface Foreseen {
  readonly retiring: Retiring;
  /** The latest command that names the node, by `seq`; 0: none does. */
  readonly upTo: number;
}

/** Yields after each piece. */
export function* retiringOf(
  { retirements, commands: all }: Context,
  node: string,
): Generator<undefined, Foreseen, undefined> {
  const counts: Partial<Record<RetiredCourse, number>> = {};
  const commands: RetiredCommand[] = [];
  let [matched, upTo, walked] = [0, 0, 0];
  for (const open of all.registry.all()) {
    if (++walked % PIECE === 0) yield;
    const { command } = open;
    if (open.stage === 'gone' || !command.nodes.includes(node)) continue;
    const gone = retirements.of(command);
    const isLeft = (name: string): boolean => name !== node && !gone.includes(name);
    const course = courseOf(open, command.nodes.some(isLeft));
    counts[course] = (counts[course] ?? 0) + 1;
    matched++;
    upTo = Math.max(upTo, command.seq);
    if (commands.length < NAMED_MAX)
      commands.push(viewOf(open, { course, others: command.nodes.filter(isLeft) }));
  }
  return { retiring: { matched, counts, commands }, upTo };
}

function courseOf({ state, isHeld }: OpenCommand, hasOthers: boolean): RetiredCourse {
  if (isHeld) return 'is_held';
  if (!hasOthers) return 'ends';
  return ({ accepted: 'begins', applying: 'goes_on', compensating: 'rolls_back' } as const)[state];
}

function viewOf(
  { command, state, stuck }: OpenCommand,
  { course, others }: Pick<RetiredCommand, 'course' | 'others'>,
): RetiredCommand {
  const { id, op, groupId } = command;
  return {
    id,
    op,
    groupId,
    state,
    ...(stuck ? { stuck } : {}),
    course,
    others,
    ...(state === 'accepted' ? {} : { mayDiffer: true }),
  };
}
