/**
 * `node retire`: which open commands name a node that is gone, what becomes of them, and the order to go on without it.
 * Refused for a node that may still be in use: its breaker is closed, and nobody has drained it.
 */
import { JournalError } from '../../journal/errors.ts';
import type { NodesAnswer } from '../../protocol/answer.ts';
import type { RetiredCommand, RetiredCourse, Retiring } from '../../protocol/answers/retiring.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import type { NodesRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import { unavailable } from '../breakers/unavailable.ts';
import type { Respond } from '../ports.ts';
import type { OpenCommand } from '../queue/open-command.ts';
import type { RequestContext } from '../requests/context.ts';

/** Commands that an answer names. */
const NAMED_MAX = 100;

interface Retire {
  readonly node: string;
  readonly request: Pick<NodesRequest, 'dryRun' | 'force' | 'by'>;
  readonly respond: Respond<NodesAnswer>;
  /** The node as it is now. */
  readonly shown: () => NodesAnswer;
  readonly publish: () => void;
}

export function retire(context: RequestContext, asking: Retire, batch: Batch): void {
  const { node, request, respond, shown, publish } = asking;
  const { dryRun } = request;
  const refusal = refusalOf(context, asking);
  if (refusal !== undefined) return respond(refusal);
  const answer = () => respond({ ...shown(), retiring: retiringOf(context, node) });
  if (dryRun === true) return batch.look({ see: answer, miss: respond });
  const { retirements, ports, options } = context;
  // Before anything else is accepted: no command may name the node and be left behind.
  const upTo = latestOf(context, node);
  retirements.refuseFor(node);
  return batch.read(async () => {
    try {
      await retirements.retire(node, { by: request.by, upTo });
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      return respond(unavailable(error.message, { hint: error.hint }));
    }
    context.breakers.admission.update();
    const retiring = retiringOf(context, node);
    for (let executor = 0; executor < options.executors; executor++) {
      ports.order(executor, { kind: 'retire', node, upTo });
    }
    publish();
    return respond({ ...shown(), retiring });
  });
}

function refusalOf(
  { options, breakers, drains, retirements }: RequestContext,
  { node, request: { force } }: Retire,
): ErrorReply | undefined {
  const { nodeNames } = options;
  if (!nodeNames.includes(node)) return undefined;
  const isLast = nodeNames.every((name) => name === node || retirements.has(name));
  if (isLast) {
    const hint =
      'Add the node that takes its place to the configuration first, and restart the daemon.';
    return errorReply('invalid_request', `${node} is the last node`, { field: 'node', hint });
  }
  const isAway = drains.has(node) || breakers.isShut(node) || retirements.has(node);
  if (isAway || force === true) return undefined;
  const message = `the breaker of ${node} is closed and the node is not drained: it may be in use`;
  const hint = `To stop using it for a while: lockstep node drain ${node}. If it is gone for good: add --force ("force": true).`;
  return errorReply('invalid_request', message, { field: 'node', hint });
}

function* named({ commands }: RequestContext, node: string): Generator<OpenCommand> {
  for (const open of commands.registry.all()) {
    if (open.stage !== 'gone' && open.command.nodes.includes(node)) yield open;
  }
}

/** The latest command that names the node, by `seq`; 0: none does. */
function latestOf(context: RequestContext, node: string): number {
  let latest = 0;
  for (const { command } of named(context, node)) latest = Math.max(latest, command.seq);
  return latest;
}

function retiringOf(context: RequestContext, node: string): Retiring {
  const counts: Partial<Record<RetiredCourse, number>> = {};
  const commands: RetiredCommand[] = [];
  let matched = 0;
  for (const open of named(context, node)) {
    const others = othersOf(context, open, node);
    const course = courseOf(open, others);
    counts[course] = (counts[course] ?? 0) + 1;
    matched++;
    if (commands.length < NAMED_MAX) commands.push(viewOf(open, { course, others }));
  }
  return { matched, counts, commands };
}

function othersOf(
  { retirements }: RequestContext,
  { command }: OpenCommand,
  node: string,
): readonly string[] {
  const gone = retirements.of(command);
  return command.nodes.filter((name) => name !== node && !gone.includes(name));
}

function courseOf({ state, isHeld }: OpenCommand, others: readonly string[]): RetiredCourse {
  if (isHeld) return 'is_held';
  if (others.length === 0) return 'ends';
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
