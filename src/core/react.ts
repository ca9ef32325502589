/**
 * `react`: the effects that a saga owes, from its state alone; the same live and after a restart.
 *
 * The shell calls it only when every durable entry so far is in the journal (P2), performs the
 * exchanges (with a `sent` entry for each) and comes back with a `ticked` at the requested time.
 */
import { failureOf, stuckAt } from './conclude.ts';
import type { Context, Effect } from './context.ts';
import { firstOf, hasRemoved, isForwardOnly, isIrreversible } from './forward-only.ts';
import { type Goal, goalOf, needsSurvey, requestFor } from './goal.ts';
import { isAwaited, opposedUntil, type Want, wantedBy } from './loose.ts';
import type { Command, NodeRequest, NodeState, Saga } from './model.ts';
import { leaving, remaining } from './retired/remaining.ts';

export function react(saga: Saga, context: Context): readonly Effect[] {
  const left = leaving(saga);
  // The end of the last of them lets the saga go on.
  return left.length > 0 ? left.map(abortOf) : owed(saga, context);
}

function owed(saga: Saga, context: Context): readonly Effect[] {
  const { now, policy } = context;
  switch (saga.state) {
    case 'accepted':
      return needsSurvey(saga.command, policy) ? survey(saga, context) : [];
    case 'applying':
      if (isForwardOnly(saga, policy)) return goForward(saga, context);
      if (failureOf(saga, now) !== undefined) return lastReplies(saga, context);
      return drive(saga, context, {
        nodes: isIrreversible(saga.command, policy) ? firstOf(saga) : open(saga),
        latest: saga.command.deadlineAt,
      });
    case 'compensating':
      if (saga.abandoning) return abort(saga);
      return drive(saga, context, { nodes: open(saga), latest: stuckAt(saga, policy) });
    default:
      return [];
  }
}

/**
 * A delete that cannot be undone, once a node has applied it or may have. While that is in doubt
 * the other nodes wait. If the command has failed meanwhile, the delete is not repeated, and a read
 * shows whether it can still be refused.
 */
function goForward(saga: Saga, context: Context): readonly Effect[] {
  if (saga.abandoning) return abort(saga);
  const latest = stuckAt(saga, context.policy);
  if (hasRemoved(saga)) {
    return drive(saga, context, {
      nodes: remaining(saga).filter(({ verdict }) => verdict !== 'reached'),
      latest,
    });
  }
  const nodes = remaining(saga).filter(({ mayHaveChanged }) => mayHaveChanged);
  const hasFailed = failureOf(saga, context.now) !== undefined;
  if (hasFailed) return drive(saga, context, { nodes, latest, readsOnly: true });
  return drive(saga, context, { nodes, latest: Math.min(latest, saga.command.deadlineAt) });
}

function open(saga: Saga): readonly NodeState[] {
  return remaining(saga).filter(({ verdict }) => verdict === 'open');
}

/**
 * No exchange begins before a turn. If exchanges run, the last answer brings the turn. If none
 * runs, the clock alone caused the failure, and a tick makes `decide` see it.
 */
function lastReplies(saga: Saga, { now }: Context): readonly Effect[] {
  const asking = saga.nodes.some((node) => node.running !== undefined);
  return asking ? [] : [{ kind: 'wait', until: now }];
}

function survey(saga: Saga, { now }: Context): readonly Effect[] {
  const effects: Effect[] = [];
  let wakeAt = saga.command.deadlineAt;
  for (const node of remaining(saga)) {
    if (node.finding !== undefined || node.running !== undefined) continue;
    if (now >= node.dueAt)
      effects.push({ kind: 'exchange', node: node.name, request: { kind: 'read' } });
    else wakeAt = Math.min(wakeAt, node.dueAt);
  }
  effects.push({ kind: 'wait', until: wakeAt });
  return effects;
}

/** The nodes to ask with their requests, and the time of the next tick if none is due now. */
interface Drive {
  readonly nodes: readonly NodeState[];
  readonly latest: number;
  readonly readsOnly?: boolean;
}

function drive(
  saga: Saga,
  context: Context,
  { nodes, latest, readsOnly = false }: Drive,
): readonly Effect[] {
  const { now, policy } = context;
  const effects: Effect[] = [];
  let wakeAt = latest;
  for (const node of nodes) {
    if (node.running !== undefined) continue;
    const goal = goalOf(saga.command, node, policy);
    // A node that acts later would act twice: a read shows when it has acted.
    const isEarly = policy.defers === true && isAwaited(node.loose, goal, now);
    const request: NodeRequest = isEarly
      ? { kind: 'read', isEarly }
      : requestFor(goal, readsOnly ? 'clarify' : node.next);
    const dueAt = Math.max(
      node.dueAt,
      opposedUntil(node.loose, wantOf(saga.command, node, goal), now),
      request.kind === 'read' && !isEarly ? conclusiveAt(saga, node, context) : 0,
    );
    if (now >= dueAt) {
      effects.push({ kind: 'exchange', node: node.name, request });
    } else {
      wakeAt = Math.min(wakeAt, dueAt);
    }
  }
  if (wakeAt < Number.POSITIVE_INFINITY) effects.push({ kind: 'wait', until: wakeAt });
  return effects;
}

/**
 * The time at which a read of the record proves that no delete will remove it, as far as the point
 * of no return depends on it.
 */
function conclusiveAt(saga: Saga, node: NodeState, { now, policy }: Context): number {
  if (!isIrreversible(saga.command, policy) || hasRemoved(saga)) return 0;
  return opposedUntil(node.loose, { presence: 'present' }, now);
}

/**
 * The state that no loose request may oppose. A restored record may have any owner: a node that
 * shows no token may still hold it.
 */
function wantOf(command: Command, node: NodeState, goal: Goal): Want {
  if (node.direction === 'want') return wantedBy(command);
  return { presence: goal.presence };
}

function abort(saga: Saga): readonly Effect[] {
  return saga.nodes.filter((node) => node.running !== undefined).map(abortOf);
}

function abortOf({ name }: NodeState): Effect {
  return { kind: 'abort', node: name };
}
