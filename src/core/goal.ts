/**
 * The goal of one node, and the request that brings it there.
 *
 * Applying and compensating are one loop with two goals. A create's `want` is a record with the
 * command's token, its `prior` the absence of exactly that record. A delete's `want` is absence,
 * its `prior` the record that the survey found.
 */

import type { Policy } from './context.ts';
import type { Command, Finding, Loose, NodeReply, NodeRequest, NodeState, Saga } from './model.ts';

/** The goal of one node: no record, or one of this content. */
export type Goal =
  | { readonly presence: 'present'; readonly token: string; readonly content: Content }
  | { readonly presence: 'absent'; readonly guard: string | undefined; readonly tag?: string };

/** The content of a record: the core compares its digest, and hands on the rest. */
export interface Content extends Pick<Present, 'body' | 'stored' | 'encoding'> {
  /** Equal for equal contents; absent: presence alone counts. */
  readonly digest?: string;
}

type Present = Extract<Finding, { presence: 'present' }>;

/** What a read found on a node, as far as it decides whether a command begins. */
export type Found = { readonly presence: 'absent' } | Pick<Present, 'presence' | 'content'>;

/** Whether what a node shows is another content than this one, as far as both are known. */
export function isOther(shown: Found | NodeReply, { digest }: Content): boolean {
  const content = 'content' in shown ? shown.content : undefined;
  return content !== undefined && digest !== undefined && content !== digest;
}

/** Of the record that a create makes. */
export function newContent({ record }: Pick<Command, 'record'>): Content {
  return record === undefined ? {} : { digest: record.digest };
}

/** Whether a command must read every node before it may change one. */
export function needsSurvey(command: Command, policy: Policy): boolean {
  return command.op === 'delete' || !policy.tokens;
}

export function goalOf(command: Command, node: NodeState, policy: Policy): Goal {
  if (command.op === 'create') {
    return node.direction === 'want'
      ? { presence: 'present', token: command.token, content: newContent(command) }
      : { presence: 'absent', guard: policy.tokens ? command.token : undefined };
  }
  const { finding } = node;
  if (finding?.presence !== 'present') {
    throw new Error(`a delete has no goal on ${node.name}, where the survey found no record`);
  }
  const token = knownToken(node);
  return node.direction === 'want'
    ? { presence: 'absent', guard: policy.tokens ? token : undefined, ...tagOf(finding) }
    : { presence: 'present', token: token ?? command.token, content: contentOf(finding) };
}

function tagOf({ tag }: Present) {
  return tag === undefined ? {} : { tag };
}

function contentOf(finding: Present): Content {
  const { content: digest } = finding;
  return { ...bodyOf(finding), ...(digest === undefined ? {} : { digest }) };
}

function bodyOf({ body, stored, encoding }: Content) {
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
    return { kind: 'create', token: goal.token, ...bodyOf(goal.content) };
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
