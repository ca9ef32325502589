/**
 * The consequences of the nodes' states for the whole saga: begin, turn, settle, or continue. One
 * entry at a time; `decide` repeats until nothing follows.
 */

import type { Context, Policy } from './context.ts';
import { isForwardOnly, isIrreversible } from './forward-only.ts';
import { type Found, isOther, knownToken, needsSurvey, newContent } from './goal.ts';
import type {
  Command,
  DurableEntry,
  Finding,
  Loose,
  NodeOutcome,
  NodeState,
  Reason,
  Saga,
  SettledState,
  Settlement,
} from './model.ts';
import { leaving, outcomeOfRetired, remaining } from './retired/remaining.ts';
import { isSettled } from './transitions.ts';

export function conclude(saga: Saga, context: Context): DurableEntry | undefined {
  if (isSettled(saga.state) || leaving(saga).length > 0) return undefined;
  if (remaining(saga).length === 0) return concludeEmpty(saga, context);
  switch (saga.state) {
    case 'accepted':
      return concludeSurvey(saga, context);
    case 'applying':
      return concludeApplying(saga, context);
    case 'compensating':
      return concludeCompensating(saga, context);
    default:
      return undefined;
  }
}

/** Every node is retired: nobody can say how they are, and nothing is left to do. */
function concludeEmpty(saga: Saga, { now }: Context): Settlement {
  return settle(saga, { state: 'abandoned', reason: saga.reason ?? 'cancelled', now });
}

/** The reason why an applying saga can no longer reach its goal; undefined while it can. */
export function failureOf(saga: Saga, now: number): Reason | undefined {
  if (saga.cancelled) return 'cancelled';
  const { command } = saga;
  const nodes = remaining(saga);
  if (nodes.some((node) => node.verdict === 'refused')) return 'node_refused';
  const different = nodes.filter((node) => node.verdict === 'different');
  const foreign = nodes.filter((node) => node.verdict === 'foreign').length + different.length;
  if (foreign > 0) {
    if (command.op === 'delete') return 'diverged';
    // One that may be this command's is no reason to say that there was a record before.
    if (different.some((node) => command.ensure || node.createInDoubt)) return 'different';
    if (foreign === nodes.length) return 'already_exists';
    if (!command.ensure && nodes.some((node) => node.verdict === 'reached')) return 'diverged';
  }
  if (now >= command.deadlineAt) return 'deadline';
  return saga.abandoning ? 'cancelled' : undefined;
}

function concludeSurvey(saga: Saga, { now, policy }: Context): DurableEntry | undefined {
  const { command } = saga;
  const nodes = remaining(saga);
  const refused = (reason: Reason) => settle(saga, { state: 'refused', reason, now });
  if (saga.cancelled) return refused('cancelled');
  if (now >= command.deadlineAt) return refused('deadline');
  if (nodes.some((node) => node.verdict === 'refused')) return refused('node_refused');
  if (!needsSurvey(command, policy)) return { kind: 'began', at: now };
  const findings: Record<string, Finding> = {};
  for (const { name, finding } of nodes) {
    if (finding === undefined) return undefined;
    findings[name] = finding;
  }
  const reason = refusalBySurvey(command, Object.values(findings));
  if (reason !== undefined) return refused(reason);
  return { kind: 'began', at: now, findings };
}

/** Why a command does not begin, by what its survey found on all nodes; undefined: it begins. */
export function refusalBySurvey(
  command: Pick<Command, 'op' | 'ensure' | 'record'>,
  findings: readonly Found[],
): Reason | undefined {
  const present = findings.filter(({ presence }) => presence === 'present').length;
  const content = newContent(command);
  const differs = findings.some((finding) => isOther(finding, content));
  if (command.op === 'create' && command.ensure && differs) return 'different';
  if (command.op === 'create' && present === findings.length) return 'already_exists';
  if (command.op === 'delete' && present === 0) return 'not_found';
  const asWanted = command.op === 'create' ? present === 0 : present === findings.length;
  return asWanted || command.ensure ? undefined : 'diverged';
}

function concludeApplying(saga: Saga, context: Context): DurableEntry | undefined {
  const { now, policy } = context;
  if (isCommitted(saga)) return settle(saga, { state: 'committed', now });
  const reason = failureOf(saga, now);
  if (isForwardOnly(saga, policy)) return concludeEndless(saga, reason ?? 'cancelled', context);
  if (reason === undefined || isAsking(saga)) return undefined;
  // Also where only a retired node may have changed. Of a delete that cannot be undone such a node restores nothing.
  const hasChanged = saga.nodes.some((node) => node.mayHaveChanged);
  if (hasChanged && !isIrreversible(saga.command, policy)) {
    return { kind: 'turned', at: now, reason };
  }
  return settle(saga, { state: 'refused', reason, now });
}

function concludeCompensating(saga: Saga, context: Context): DurableEntry | undefined {
  const { reason } = saga;
  if (reason === undefined) throw new Error(`command ${saga.command.id} compensates for no reason`);
  if (remaining(saga).every((node) => node.verdict === 'reached')) {
    return settle(saga, { state: 'rolled_back', reason, now: context.now });
  }
  return concludeEndless(saga, reason, context);
}

/** P5: a command that never gives up ends without success only by an operator's command. */
function concludeEndless(
  saga: Saga,
  reason: Reason,
  { now, policy }: Context,
): DurableEntry | undefined {
  if (saga.abandoning && !isAsking(saga)) return settle(saga, { state: 'abandoned', reason, now });
  return now >= stuckAt(saga, policy) ? { kind: 'stuck', at: now } : undefined;
}

/** The time at which a saga that never gives up is flagged; it is flagged once. */
export function stuckAt(saga: Saga, policy: Policy): number {
  const since = isForwardOnly(saga, policy) ? saga.command.deadlineAt : saga.turnedAt;
  return saga.stuck || since === undefined ? Number.POSITIVE_INFINITY : since + policy.stuckAfterMs;
}

function isCommitted(saga: Saga): boolean {
  const { command } = saga;
  let reached = 0;
  for (const node of remaining(saga)) {
    // Driven back to tell an own record from a foreign one: the state that it reaches is not the
    // goal.
    if (node.direction !== 'want') return false;
    if (node.verdict === 'reached') reached++;
    else if (!(node.verdict === 'foreign' && command.op === 'create' && command.ensure))
      return false;
  }
  return reached > 0;
}

function isAsking(saga: Saga): boolean {
  return saga.nodes.some((node) => node.running !== undefined);
}

export function settle(
  saga: Saga,
  { state, reason, now }: { state: SettledState; reason?: Reason; now: number },
): Settlement {
  const nodes: Record<string, NodeOutcome> = {};
  const isRestored = saga.command.op === 'delete' && state === 'rolled_back';
  for (const node of saga.nodes) {
    const outcome = outcomeOf(node, state !== 'committed');
    nodes[node.name] =
      isRestored && !node.retired ? { ...outcome, ...restorationOf(node) } : outcome;
  }
  const loose = looseOf(saga.nodes, now);
  const tokens = tokensOf(saga, state);
  return {
    kind: 'settled',
    at: now,
    state,
    ...(reason === undefined ? {} : { reason }),
    nodes,
    ...(loose === undefined ? {} : { loose }),
    ...(tokens === undefined ? {} : { tokens }),
  };
}

/** The result of a rolled-back delete for the record of one node. */
function restorationOf({
  restored,
  finding,
}: NodeState): Pick<NodeOutcome, 'restored' | 'dropped'> {
  if (!restored || finding?.presence !== 'present') return { restored: 'unchanged' };
  const { dropped } = finding;
  return dropped === undefined ? { restored: 'exact' } : { restored: 'mapped', dropped };
}

/** The state of one node, for people; with its last response where that explains the outcome. */
export function outcomeOf(node: NodeState, explain: boolean): NodeOutcome {
  const { belief: state, attempts, lastResponse, finding } = node;
  const known = state === 'unknown' && finding !== undefined && !node.mayHaveChanged;
  const shown = { state: known ? finding.presence : state, attempts };
  const outcome = node.retired ? outcomeOfRetired(node, shown) : shown;
  const isExplained = (explain || node.retired) && lastResponse !== undefined;
  return isExplained ? { ...outcome, lastResponse } : outcome;
}

function looseOf(
  nodes: readonly NodeState[],
  now: number,
): Record<string, readonly Loose[]> | undefined {
  let all: Record<string, readonly Loose[]> | undefined;
  for (const node of nodes) {
    const loose = node.loose.filter((one) => one.until > now);
    if (loose.length > 0) all = { ...all, [node.name]: loose };
  }
  return all;
}

/** The owner marks this command leaves behind, where it wrote or restored records. */
function tokensOf(saga: Saga, state: SettledState): Record<string, string> | undefined {
  const { command } = saga;
  if (state === 'abandoned') return {};
  if (state === 'refused') return undefined;
  const wrote = (command.op === 'create') === (state === 'committed');
  if (!wrote) return command.op === 'delete' ? {} : undefined;
  const tokens: Record<string, string> = {};
  for (const node of remaining(saga)) {
    // A node that the rollback never touched is reported as the survey found it, whatever later
    // reads showed.
    const isUntouched = command.op === 'delete' && !node.mayHaveChanged;
    const token = isUntouched ? knownToken(node) : node.owner;
    if (token !== undefined && (isUntouched || node.belief === 'present'))
      tokens[node.name] = token;
  }
  return tokens;
}
