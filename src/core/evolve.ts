/**
 * `evolve`: a saga and one fact make the next saga. No choices are made here; they were made when
 * the fact was decided. What would break a promise is a programmer's error and throws: at most one
 * exchange per node, nothing sent that changes a node before the intent is durable (P2), the goal
 * turned only when no exchange runs (P4).
 */

import type { Policy } from './context.ts';
import { isIrreversible } from './forward-only.ts';
import { looseAfterCrash } from './goal.ts';
import { inheritedUntil, opposes, withLoose } from './loose.ts';
import type { Entry, Finding, Inherited, NodeState, Saga, SagaState } from './model.ts';
import { assertTransition, isSettled } from './transitions.ts';

export function evolve(saga: Saga, entry: Entry, policy: Policy): Saga {
  if (isSettled(saga.state)) throw new Error(`entry ${entry.kind} after ${saga.state}`);
  switch (entry.kind) {
    case 'began':
      return { ...moved(saga, 'applying'), nodes: begin(saga, entry.findings) };
    case 'sent':
      return withNode(saga, send(saga, nodeOf(saga, entry.node), entry.request));
    case 'progressed':
      return withNode(saga, entry.to);
    case 'node_turned':
      return withNode(saga, turnNode(nodeOf(saga, entry.node), entry.direction));
    case 'turned':
      assertQuiet(saga.nodes);
      return {
        ...moved(saga, 'compensating'),
        reason: entry.reason,
        turnedAt: entry.at,
        nodes: saga.nodes.map((node) => turnBack(saga, node)),
      };
    case 'stuck':
      return { ...saga, stuck: true };
    case 'cancelled':
      return { ...saga, cancelled: true };
    case 'abandoning':
      return { ...saga, abandoning: true };
    case 'retired':
      return withNode(saga, { ...nodeOf(saga, entry.node), retired: true });
    case 'retry_requested':
      return {
        ...saga,
        nodes: saga.nodes.map((node) => ({ ...node, failures: 0, dueAt: entry.at })),
      };
    case 'resumed':
      return { ...saga, nodes: saga.nodes.map((node) => resume(saga, node, { entry, policy })) };
    case 'settled':
      return { ...moved(saga, entry.state), reason: entry.reason };
  }
}

function moved(saga: Saga, to: SagaState): Saga {
  assertTransition(saga.state, to);
  return { ...saga, state: to };
}

function nodeOf(saga: Saga, name: string): NodeState {
  const node = saga.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`command ${saga.command.id} has no node ${name}`);
  return node;
}

function withNode(saga: Saga, next: NodeState): Saga {
  const at = saga.nodes.findIndex((one) => one.name === next.name);
  if (at === -1) throw new Error(`command ${saga.command.id} has no node ${next.name}`);
  return { ...saga, nodes: saga.nodes.with(at, next) };
}

function begin(saga: Saga, findings: Readonly<Record<string, Finding>> | undefined): NodeState[] {
  return saga.nodes.map((node) => {
    const finding = findings?.[node.name];
    const open: NodeState = { ...node, finding, next: 'mutate', failures: 0, dueAt: 0 };
    if (finding === undefined) return open;
    const surveyed: NodeState = {
      ...open,
      belief: finding.presence,
      owner: finding.presence === 'present' ? finding.token : undefined,
    };
    // A node that already is in the wanted state is not touched, and so not rolled back.
    if (saga.command.op === 'create' && finding.presence === 'present') {
      return { ...surveyed, verdict: 'foreign' };
    }
    if (saga.command.op === 'delete' && finding.presence === 'absent') {
      return { ...surveyed, verdict: 'reached' };
    }
    return surveyed;
  });
}

function send(saga: Saga, node: NodeState, request: NonNullable<NodeState['running']>): NodeState {
  if (node.running !== undefined) throw new Error(`a second exchange with ${node.name}`);
  if (saga.state === 'accepted' && request.kind !== 'read') {
    throw new Error(`P2: ${request.kind} sent to ${node.name} before the intent`);
  }
  return { ...node, running: request, attempts: node.attempts + 1 };
}

function turnNode(node: NodeState, direction: NodeState['direction']): NodeState {
  assertQuiet([node]);
  const turned: NodeState = {
    ...node,
    direction,
    verdict: 'open',
    next: 'mutate',
    failures: 0,
    dueAt: 0,
    selfChecked: true,
  };
  // Driven back and read as gone: no create of ours exists there or is in doubt any longer.
  return direction === 'want' ? { ...turned, createInDoubt: false, mayHaveChanged: false } : turned;
}

function turnBack(saga: Saga, node: NodeState): NodeState {
  const asBefore = !node.mayHaveChanged && !isEndangered(saga, node);
  return {
    ...node,
    direction: 'prior',
    verdict: asBefore ? 'reached' : 'open',
    next: 'mutate',
    failures: 0,
    dueAt: 0,
  };
}

/**
 * P4.3: since the survey, a late request of an earlier command may have removed the record that a
 * rolled-back delete must leave, or may still do so. So even an untouched node is asked, once that
 * request has ended. A create has no such case: a late request there can only make the record of
 * another command, which this command must not remove.
 */
function isEndangered({ command }: Saga, { finding, loose }: NodeState): boolean {
  if (command.op !== 'delete' || finding?.presence !== 'present') return false;
  return loose.some((one) => opposes(one, { presence: 'present' }));
}

function resume(
  saga: Saga,
  node: NodeState,
  { entry, policy }: { entry: { at: number; inherited: Inherited }; policy: Policy },
): NodeState {
  const until = inheritedUntil(entry.inherited, node.name);
  const possible = looseAfterCrash(saga, node, { policy, until });
  if (possible.length === 0) return node;
  return {
    ...node,
    verdict: 'open',
    belief: 'unknown',
    // A request that cannot be undone is not repeated before a read has shown whether it took
    // effect.
    next: isIrreversible(saga.command, policy) ? 'clarify' : 'mutate',
    mayHaveChanged: true,
    createInDoubt: true,
    restored: node.restored || (saga.command.op === 'delete' && node.direction === 'prior'),
    loose: possible.reduce((list, one) => withLoose(list, one, entry.at), node.loose),
  };
}

function assertQuiet(nodes: readonly NodeState[]): void {
  const busy = nodes.find((node) => node.running !== undefined);
  if (busy !== undefined) throw new Error(`P4: goal turned while ${busy.name} is being asked`);
}
