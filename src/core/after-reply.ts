/**
 * Applies one answer to the state of one node, by the way it was read
 * (`node/dialect/read-reply.ts`).
 *
 * Every rule here is about a single node and its present goal. `conclude` decides whether the whole
 * saga continues, turns or settles.
 */
import { nextAttemptAt } from './backoff.ts';
import type { Context } from './context.ts';
import { hasRemoved, isIrreversible } from './forward-only.ts';
import { type Goal, goalOf, isOther, knownToken, looseOf } from './goal.ts';
import { withLoose } from './loose.ts';
import type { Direction, NodeReply, NodeRequest, NodeState, Saga } from './model.ts';
import { sameToken } from './token.ts';

const MAY_HAVE_DONE: ReadonlySet<NodeReply['kind']> = new Set([
  'applied',
  'unproven',
  'misnamed',
  'unsure',
  'lost',
  'deferred',
]);

/** The node after its answer; `turn`, if its direction must change first (durably). */
export interface Step {
  readonly node: NodeState;
  readonly turn?: Direction;
}

interface Replied {
  readonly saga: Saga;
  /** The node with its exchange ended. */
  readonly node: NodeState;
  /** The node sent the same reply as before. */
  readonly isRepeated: boolean;
  readonly request: NodeRequest;
  readonly answer: NodeReply;
  readonly context: Context;
}

export function afterReply(
  saga: Saga,
  before: NodeState,
  { answer, context }: { answer: NodeReply; context: Context },
): Step {
  const request = before.running;
  if (request === undefined) throw new Error(`${before.name} answered what it was not asked`);
  const node = { ...before, running: undefined, lastResponse: answer.detail };
  const isRepeated = before.lastResponse === answer.detail;
  const exchange = { saga, node, isRepeated, request, answer, context };
  if (saga.state === 'accepted') return { node: afterSurvey(exchange) };
  const goal = goalOf(saga.command, node, context.policy);
  return request.kind === 'read'
    ? afterRead(exchange, goal)
    : { node: afterMutation(exchange, goal) };
}

/**
 * Only a complete 200 with this key, or a proven 404, is a finding. Most other answers lead to a
 * repeat.
 */
function afterSurvey({ saga, node, isRepeated, answer, context }: Replied): NodeState {
  if (answer.kind === 'absent') return { ...node, finding: { presence: 'absent' } };
  // No request has changed a node yet: the command does not ask a wrong address until its deadline.
  if (answer.kind === 'refused') return { ...node, verdict: 'refused' };
  // Twice the same: the record of this key cannot be read, and a further read would not change
  // that.
  if (answer.kind === 'malformed' && isRepeated) return { ...node, verdict: 'refused' };
  const { kind, detail: _, retryAfterMs: _wish, body, encoding, dropped, ...record } = answer;
  // A record without its body could not be restored.
  if (kind !== 'present' || body === undefined) return failed(node, answer, context);
  const restorable = {
    body,
    ...(encoding === undefined ? {} : { encoding }),
    ...(dropped === undefined ? {} : { dropped }),
  };
  // Until now `owner` was the token of the journal; a token that the node shows is better.
  const token = answer.token ?? node.owner;
  const shown = answer.token !== undefined;
  return {
    ...node,
    finding: {
      presence: 'present',
      // A rolled-back create removes its own record: it makes none again.
      ...(saga.command.op === 'delete' ? restorable : {}),
      ...record,
      ...(token === undefined ? {} : { token }),
      shown,
    },
  };
}

function afterMutation(exchange: Replied, goal: Goal): NodeState {
  const { saga, request, answer, context } = exchange;
  const node = withRestored(exchange);
  switch (answer.kind) {
    case 'applied': {
      const done = { ...node, mayHaveChanged: true, failures: 0, belief: goal.presence };
      if (isCleansing(saga, node)) return { ...done, next: 'verify' };
      const owner = goal.presence === 'present' && context.policy.tokens ? goal.token : undefined;
      return { ...done, verdict: 'reached', owner };
    }
    case 'gone':
      if (goal.presence === 'absent' && goal.guard !== undefined)
        return { ...node, next: 'verify' };
      return {
        ...node,
        verdict: 'reached',
        belief: 'absent',
        owner: undefined,
        mayHaveChanged: true,
      };
    case 'perhaps':
      return { ...node, next: 'clarify' };
    case 'refused':
      // In a rollback no answer is final (P5).
      if (node.direction === 'prior') return failed(node, answer, context);
      return withVerdict('refused', exchange);
    case 'unsent':
      return failed(node, answer, context);
    case 'unproven': {
      const createInDoubt = node.createInDoubt || isOwnCreate(exchange);
      return {
        ...node,
        mayHaveChanged: true,
        createInDoubt,
        belief: 'unknown',
        next: 'clarify',
      };
    }
    case 'unsure':
    case 'lost':
    case 'deferred':
    case 'misnamed': {
      const createInDoubt = node.createInDoubt || isOwnCreate(exchange);
      const inDoubt = failed(
        { ...node, mayHaveChanged: true, createInDoubt, belief: 'unknown' },
        answer,
        context,
      );
      if (answer.kind === 'unsure') return inDoubt;
      const loose = withLost(inDoubt, request, context);
      // Each repeat would create one more record of that other key; but a rollback never gives up
      // (P5).
      const isFinal = answer.kind === 'misnamed' && node.direction === 'want';
      return isFinal ? { ...loose, verdict: 'refused' } : loose;
    }
    default:
      throw new Error(`${answer.kind} cannot answer a ${request.kind}`);
  }
}

/** A create that may have made the record again that this command had deleted. */
function withRestored({ saga, node, request, answer }: Replied): NodeState {
  const isRestoring = saga.command.op === 'delete' && request.kind === 'create';
  return isRestoring && MAY_HAVE_DONE.has(answer.kind) ? { ...node, restored: true } : node;
}

/** A record found later may be the one that this command has made. */
function isOwnCreate({ saga, request }: Replied): boolean {
  return saga.command.op === 'create' && request.kind === 'create';
}

function afterRead(exchange: Replied, goal: Goal): Step {
  const { node, request, answer, context } = exchange;
  if (answer.kind !== 'present' && answer.kind !== 'absent') {
    return { node: failed(node, answer, context) };
  }
  const isEarly = request.kind === 'read' && request.isEarly === true;
  // The node may still act: the next request is the same as before.
  if (isEarly && answer.kind !== goal.presence) return { node: failed(node, answer, context) };
  const seen = { ...node, belief: answer.kind, owner: answer.token };
  if (goal.presence === 'present') {
    // Absent: the attempt that was answered "perhaps" had no effect. It is repeated.
    if (answer.kind === 'absent') return { node: again(seen, answer, context) };
    return afterFoundPresent({ ...exchange, node: seen }, goal);
  }
  if (answer.kind === 'present')
    return { node: afterStillPresent({ ...exchange, node: seen }, goal.guard) };
  if (isCleansing(exchange.saga, node)) return { node: seen, turn: 'want' };
  return { node: { ...seen, verdict: 'reached', mayHaveChanged: true } };
}

/** The record should exist and does, but its owner is unknown (*own or foreign*). */
function afterFoundPresent(
  { saga, node, answer, context }: Replied,
  { token, content }: Extract<Goal, { presence: 'present' }>,
): Step {
  const { command } = saga;
  const reached: NodeState = { ...node, verdict: 'reached', failures: 0 };
  const differs = isOther(answer, content);
  const foreign = differs ? 'different' : 'foreign';
  if (command.op === 'delete')
    return { node: { ...reached, owner: answer.token ?? knownToken(node) } };
  if (context.policy.tokens && answer.token !== undefined) {
    // The mark decides whose record it is: what a node makes of its content is the node's matter.
    return sameToken(answer.token, token)
      ? { node: { ...reached, mayHaveChanged: true } }
      : { node: { ...node, verdict: foreign } };
  }
  // Ours or not, it is not what the command wants.
  if (!node.createInDoubt || differs) return { node: { ...node, verdict: foreign } };
  if (!context.policy.tokens || command.ensure)
    return { node: { ...reached, mayHaveChanged: true } };
  return { node, turn: 'prior' };
}

/** The record should be gone, but one exists: the same one, or another's. */
function afterStillPresent(exchange: Replied, guard: string | undefined): NodeState {
  const { saga, node, answer, context } = exchange;
  const shownOther =
    guard !== undefined && answer.token !== undefined && !sameToken(answer.token, guard);
  const shownSame = answer.token !== undefined && !shownOther;
  const goneByGuard = node.next === 'verify' && !shownSame;
  const anothers = guard !== undefined && (shownOther || goneByGuard);
  if (!anothers) return again(stillThere(exchange), answer, context);
  if (saga.command.op === 'create') {
    // Our own record is gone, and the present one is foreign: this node is as before the command.
    if (saga.state === 'compensating') return { ...node, verdict: 'reached' };
    return { ...node, verdict: 'foreign', mayHaveChanged: false, createInDoubt: false };
  }
  const journals = node.finding?.presence === 'present' && !node.finding.shown;
  if (journals) return again({ ...stillThere(exchange), guardDisproved: true }, answer, context);
  return withVerdict('foreign', exchange);
}

/**
 * Before the point of no return a read begins only when nothing can land any longer (`react`): the
 * record that it shows was not deleted.
 */
function stillThere({ saga, node, context }: Replied): NodeState {
  const isBefore = isIrreversible(saga.command, context.policy) && !hasRemoved(saga);
  return isBefore ? { ...node, mayHaveChanged: false } : node;
}

/** The node cannot reach the command's goal; past the point of no return it is asked again (P5). */
function withVerdict(
  verdict: 'refused' | 'foreign',
  { saga, node, answer, context }: Replied,
): NodeState {
  const goesOn = isIrreversible(saga.command, context.policy) && hasRemoved(saga);
  if (!goesOn) return { ...node, verdict };
  return { ...failed(node, answer, context), next: 'mutate', verdict };
}

/**
 * Only this node is driven back while the saga still applies: to tell an own record from a foreign
 * one.
 */
function isCleansing(saga: Saga, node: NodeState): boolean {
  return saga.state === 'applying' && node.direction === 'prior';
}

/**
 * Back to the create or delete itself: the read showed the unwanted state. That state is reported
 * to people (`belief`) only while no earlier request may still change it.
 */
function again(node: NodeState, answer: NodeReply, context: Context): NodeState {
  const belief = node.loose.length === 0 ? node.belief : 'unknown';
  return { ...failed(node, answer, context), next: 'mutate', belief };
}

function failed(node: NodeState, answer: NodeReply, context: Context): NodeState {
  const failures = node.failures + 1;
  const dueAt = nextAttemptAt(failures, answer.retryAfterMs ?? 0, context);
  return { ...node, failures, dueAt };
}

/** The request was given up just now: it may land from now until `quiesce` is over. */
function withLost(node: NodeState, request: NodeRequest, { now, policy }: Context): NodeState {
  const loose = looseOf(request, now + policy.quiesceMs);
  return loose === undefined ? node : { ...node, loose: withLoose(node.loose, loose, now) };
}
