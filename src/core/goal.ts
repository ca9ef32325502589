/**
 * The goal of one node, and the request that brings it there.
 *
 * Applying and compensating are one loop with two goals. A create's `want` is a record with the
 * command's token, its `prior` the absence of exactly that record. A delete's `want` is absence,
 * its `prior` the record that the survey found.
 */

import type { Policy } from './context.ts';
import type { Command, Finding, Loose, NodeRequest, NodeState, Saga } from './model.ts';

export type Goal =
  /** `body`, or `stored`: of a restored record; a new record is made from its key alone. */
  | {
      readonly presence: 'present';
      readonly token: string;
      readonly body?: string;
      readonly stored?: true;
      readonly encoding?: 'base64';
    }
  | { readonly presence: 'absent'; readonly guard: string | undefined; readonly tag?: string };

/** Whether a command must read every node before it may change one. */
export function needsSurvey(command: Command, policy: Policy): boolean {
  return command.op === 'delete' || !policy.tokens;
}

export function goalOf(command: Command, node: NodeState, policy: Policy): Goal {
  if (command.op === 'create') {
    return node.direction === 'want'
      ? { presence: 'present', token: command.token }
      : { presence: 'absent', guard: policy.tokens ? command.token : undefined };
  }
  const { finding } = node;
  if (finding?.presence !== 'present') {
    throw new Error(`a delete has no goal on ${node.name}, where the survey found no record`);
  }
  const token = knownToken(node);
  return node.direction === 'want'
    ? { presence: 'absent', guard: policy.tokens ? token : undefined, ...tagOf(finding) }
    : { presence: 'present', token: token ?? command.token, ...bodyOf(finding) };
}

function tagOf({ tag }: Extract<Finding, { presence: 'present' }>) {
  return tag === undefined ? {} : { tag };
}

function bodyOf({ body, stored, encoding }: Extract<Finding, { presence: 'present' }>) {
  return {
    ...(body === undefined ? {} : { body }),
    ...(stored === undefined ? {} : { stored }),
    ...(encoding === undefined ? {} : { encoding }),
  };
}

/** The next request towards the goal. */
export function requestFor(goal: Goal, next: NodeState['next']): NodeRequest {
  if (next !== 'mutate') return { kind: 'read' };
  if (goal.presence === 'present') {
    const { presence: _, ...record } = goal;
    return { kind: 'create', ...record };
  }
  const { guard, tag } = goal;
  return {
    kind: 'delete',
    ...(guard === undefined ? {} : { guard }),
    ...(tag === undefined ? {} : { tag }),
  };
}

/** The possible late effect of such a request after it was given up (P4.2). */
export function looseOf(request: NodeRequest, until: number): Loose | undefined {
  if (request.kind === 'create') return { effect: 'present', token: request.token, until };
  if (request.kind === 'read') return undefined;
  // Two records may share a tag, and a restored one often has the old one: it shortens no wait (P4.3).
  const { guard } = request;
  return guard === undefined
    ? { effect: 'absent', until }
    : { effect: 'absent', token: guard, until };
}

/**
 * Every request that may be under way with this node after a crash: all that the recorded
 * directions allow (P4.5).
 */
export function looseAfterCrash(
  saga: Saga,
  node: NodeState,
  context: {
    readonly policy: Policy;
    readonly until: number;
  },
): readonly Loose[] {
  const { policy, until } = context;
  if (saga.state !== 'applying' && saga.state !== 'compensating') return [];
  const { command } = saga;
  const turned = saga.state === 'compensating' || node.selfChecked || node.direction === 'prior';
  if (command.op === 'create') {
    if (node.finding?.presence === 'present') return [];
    const create: Loose = { effect: 'present', token: command.token, until };
    if (!turned) return [create];
    return [
      create,
      policy.tokens
        ? { effect: 'absent', token: command.token, until }
        : { effect: 'absent', until },
    ];
  }
  if (node.finding?.presence !== 'present') return [];
  // A guard from the journal may have been dropped on the way, so the delete may hit any record.
  const { shown, token } = node.finding;
  const remove: Loose =
    policy.tokens && shown && token !== undefined
      ? { effect: 'absent', token, until }
      : { effect: 'absent', until };
  return turned ? [remove, { effect: 'present', token: token ?? command.token, until }] : [remove];
}

/** The owner mark of the record that the survey found, if it is known and not disproved. */
export function knownToken({ finding, guardDisproved }: NodeState): string | undefined {
  return guardDisproved || finding?.presence !== 'present' ? undefined : finding.token;
}
