/** One answer to one node, whose neighbour is still asked: so nothing follows for the whole saga. */

import type { Policy } from '../../src/core/context.ts';
import { decide } from '../../src/core/decide.ts';
import { evolve } from '../../src/core/evolve.ts';
import type {
  Command,
  Direction,
  Entry,
  NodeReply,
  NodeReplyKind,
  NodeRequest,
  NodeState,
  Operation,
  Saga,
} from '../../src/core/model.ts';
import { openSaga } from '../../src/core/open-saga.ts';
import {
  answerOf,
  CHALLENGE,
  commandOf,
  contextOf,
  FOUND,
  NOW,
  nodeOf,
  OTHER,
  OWN,
  TOKENS,
} from './builders.ts';

const BODY = '{"groupId":"5"}';
const CREATE: NodeRequest = { kind: 'create', token: OWN, body: BODY };
export const READ: NodeRequest = { kind: 'read' };
/** The base of the backoff, times the one half that chance gives here. */
export const SOON = NOW + 50;

export interface Case {
  readonly policy?: Policy;
  readonly op: Operation;
  readonly direction: Direction;
  readonly request: NodeRequest;
  readonly node?: Partial<NodeState>;
  readonly command?: Partial<Command>;
  /** The saga compensates, rather than this node alone being driven back. */
  readonly compensating?: boolean;
}

export function ask(one: Case, kind: NodeReplyKind, more: Partial<NodeReply> = {}) {
  const { policy = TOKENS, op, direction, request, compensating = direction === 'prior' } = one;
  const finding = op === 'delete' ? FOUND : undefined;
  const node = nodeOf({ name: 'a', finding, direction, running: request, ...one.node });
  const busy = nodeOf({ name: 'b', finding, direction, running: READ });
  const saga: Saga = {
    ...openSaga(commandOf({ op, ...one.command })),
    state: compensating ? 'compensating' : 'applying',
    reason: compensating ? 'deadline' : undefined,
    turnedAt: compensating ? NOW : undefined,
    nodes: [node, busy],
  };
  const input = { kind: 'answered', node: 'a', answer: answerOf(kind, more) } as const;
  const entries = decide(saga, input, contextOf({ policy }));
  const after = entries.reduce<Saga>((state, entry) => evolve(state, entry, policy), saga);
  const [answered] = after.nodes;
  if (answered === undefined) throw new Error('the node is gone');
  return { node: answered, turned: entries.filter(isTurn).map((entry) => entry.direction) };
}

function isTurn(entry: Entry): entry is Extract<Entry, { kind: 'node_turned' }> {
  return entry.kind === 'node_turned';
}

export const DELETE_OWN: NodeRequest = { kind: 'delete', guard: OWN };
const DELETE_ANY: NodeRequest = { kind: 'delete' };
export const SHOWN = { presence: 'present', body: BODY, token: OTHER, shown: true } as const;
export const JOURNALED = { ...SHOWN, shown: false } as const;
const DELETE_OTHER: NodeRequest = { kind: 'delete', guard: OTHER };

export const CREATING: Case = { op: 'create', direction: 'want', request: CREATE };
export const UNCREATING: Case = {
  op: 'create',
  direction: 'prior',
  request: DELETE_OWN,
  node: { mayHaveChanged: true },
};
export const DELETING: Case = { op: 'delete', direction: 'want', request: DELETE_ANY };
export const RESTORING: Case = {
  op: 'delete',
  direction: 'prior',
  request: CREATE,
  node: { mayHaveChanged: true },
};

export const IN_CHALLENGE = { policy: CHALLENGE };
/** What each command sends, in each direction and dialect. */
export const ASKINGS: ReadonlyArray<readonly [string, Case]> = [
  ['a create', CREATING],
  ['a create without tokens', { ...CREATING, ...IN_CHALLENGE }],
  ["a create's rollback", UNCREATING],
  ["a create's rollback without tokens", { ...UNCREATING, ...IN_CHALLENGE, request: DELETE_ANY }],
  ['a delete', DELETING],
  ['a guarded delete', { ...DELETING, request: DELETE_OTHER, node: { finding: SHOWN } }],
  ['a delete without tokens', { ...DELETING, ...IN_CHALLENGE }],
  ["a delete's rollback", RESTORING],
  ["a delete's rollback without tokens", { ...RESTORING, ...IN_CHALLENGE }],
];
