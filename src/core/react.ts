/**
 * `react`: what a saga still owes the world, from its state alone; live and after a restart alike.
 *
 * The shell calls it only when every durable entry so far is in the journal (P2), performs the
 * exchanges (noting each with a `sent` entry) and comes back with a `ticked` at the time to wait for.
 */
import { failureOf, stuckAt } from './conclude.ts';
import { type Goal, goalOf, needsSurvey, requestFor } from './goal.ts';
import { opposedUntil, type Want, wantedBy } from './loose.ts';
import type { Command, Context, Effect, NodeState, Saga } from './model.ts';

export function react(saga: Saga, context: Context): readonly Effect[] {
  switch (saga.state) {
    case 'accepted':
      return needsSurvey(saga.command, context.policy) ? survey(saga, context) : [];
    case 'applying':
      if (failureOf(saga, context.now) !== undefined) return lastReplies(saga, context);
      return drive(saga, context, saga.command.deadlineAt);
    case 'compensating':
      if (saga.abandoning) return abort(saga);
      return drive(saga, context, stuckAt(saga, context.policy.stuckAfterMs));
    default:
      return [];
  }
}

/**
 * Nothing new is begun on the way to a turn. While exchanges run, the last answer brings it; if none
 * does, the clock alone has brought the failure about, and a tick makes `decide` see it.
 */
function lastReplies(saga: Saga, { now }: Context): readonly Effect[] {
  const asking = saga.nodes.some((node) => node.running !== undefined);
  return asking ? [] : [{ kind: 'wait', until: now }];
}

function survey(saga: Saga, { now }: Context): readonly Effect[] {
  const effects: Effect[] = [];
  let wakeAt = saga.command.deadlineAt;
  for (const node of saga.nodes) {
    if (node.finding !== undefined || node.running !== undefined) continue;
    if (now >= node.dueAt)
      effects.push({ kind: 'exchange', node: node.name, request: { kind: 'read' } });
    else wakeAt = Math.min(wakeAt, node.dueAt);
  }
  effects.push({ kind: 'wait', until: wakeAt });
  return effects;
}

function drive(saga: Saga, { now, policy }: Context, latest: number): readonly Effect[] {
  const effects: Effect[] = [];
  let wakeAt = latest;
  for (const node of saga.nodes) {
    if (node.verdict !== 'open' || node.running !== undefined) continue;
    const goal = goalOf(saga.command, node, policy);
    const dueAt = Math.max(
      node.dueAt,
      opposedUntil(node.loose, wantOf(saga.command, node, goal), now),
    );
    if (now >= dueAt) {
      const request = requestFor(goal, node.next);
      effects.push({ kind: 'exchange', node: node.name, request });
    } else {
      wakeAt = Math.min(wakeAt, dueAt);
    }
  }
  if (wakeAt < Number.POSITIVE_INFINITY) effects.push({ kind: 'wait', until: wakeAt });
  return effects;
}

/**
 * What a loose request would have to leave alone. A restored record may be any owner's: a node
 * that shows no token may hold it still.
 */
function wantOf(command: Command, node: NodeState, goal: Goal): Want {
  if (node.direction === 'want') return wantedBy(command);
  return { presence: goal.presence };
}

function abort(saga: Saga): readonly Effect[] {
  return saga.nodes
    .filter((node) => node.running !== undefined)
    .map((node) => ({ kind: 'abort', node: node.name }));
}
