/**
 * `decide`: an input of a saga, and the facts that follow from it (`advance`: and the saga). All
 * branching of the saga is here, in `afterReply` (one node) and in `conclude` (the whole saga).
 */
import { afterReply } from './after-reply.ts';
import { conclude, settle } from './conclude.ts';
import type { Context, Input } from './context.ts';
import { evolve } from './evolve.ts';
import { mayBeAbandoned } from './forward-only.ts';
import { inheritedUntil } from './loose.ts';
import type {
  Command,
  Entry,
  Inherited,
  NodeReply,
  NodeState,
  Reason,
  Saga,
  SagaState,
  SettledState,
  Settlement,
} from './model.ts';
import { openSaga } from './open-saga.ts';
import { ignored, isIgnored } from './retired/remaining.ts';
import { assertTransition, isSettled } from './transitions.ts';

type OpenState = Exclude<SagaState, SettledState>;

/** The longest possible chain: begun, turned, flagged, settled. */
const CONCLUSIONS_MAX = 4;

/** The facts that followed, and the saga after them. */
export interface Advance {
  /** In order; `saga` is the result of folding them with `evolve`. */
  readonly entries: readonly Entry[];
  readonly saga: Saga;
}

/** Inputs of a settled saga have no effect. */
export function advance(saga: Saga, input: Input, context: Context): Advance {
  if (isSettled(saga.state)) return { entries: [], saga };
  const entries = [...direct(saga, input, context)];
  let next = entries.reduce((state, entry) => evolve(state, entry, context.policy), saga);
  for (let conclusions = 0; conclusions <= CONCLUSIONS_MAX; conclusions++) {
    const entry = conclude(next, context);
    if (entry === undefined) return { entries, saga: next };
    entries.push(entry);
    next = evolve(next, entry, context.policy);
  }
  throw new Error(`command ${saga.command.id} never comes to a conclusion`);
}

/** The facts alone. */
export function decide(saga: Saga, input: Input, context: Context): readonly Entry[] {
  return advance(saga, input, context).entries;
}

function direct(saga: Saga, input: Input, context: Context): readonly Entry[] {
  const { now } = context;
  switch (input.kind) {
    case 'answered':
      return answered(saga, input, context);
    case 'resumed':
      return [{ kind: 'resumed', at: now, inherited: input.inherited }];
    case 'cancel':
      return saga.state === 'compensating' ? [] : [{ kind: 'cancelled' }];
    case 'abandon':
      // Before its point of no return a delete is refused instead.
      return mayBeAbandoned(saga, context.policy) ? [{ kind: 'abandoning' }] : [];
    case 'disown':
      return disowned(saga, input, context);
    case 'retire':
      return saga.command.nodes.includes(input.node) ? [{ kind: 'retired', node: input.node }] : [];
    case 'retry':
      return [{ kind: 'retry_requested', at: now }];
    case 'driven':
    case 'ticked':
      return [];
  }
}

/**
 * The records on the nodes stay. Requests in the recorded directions are loose, as after any crash
 * (P4.5); about a command that had not begun in this journal nothing is known.
 */
function disowned(
  saga: Saga,
  { inherited }: { inherited: Inherited },
  context: Context,
): readonly Entry[] {
  const resumed = { kind: 'resumed', inherited } as const;
  const entries = saga.state === 'accepted' ? [] : direct(saga, resumed, context);
  const next = entries.reduce((state, entry) => evolve(state, entry, context.policy), saga);
  const { reason = 'cancelled' } = saga;
  return [...entries, settle(next, { state: 'abandoned', reason, now: context.now })];
}

interface Unread {
  readonly now: number;
  readonly inherited: Inherited;
  readonly retired?: readonly string[];
}

/**
 * An operator gives up a command whose history must not be read, because reading it crashes the
 * reader. If the command has begun, every request that an earlier run may have sent to its nodes is
 * loose (P4.5).
 */
export function abandonUnread(
  command: Command,
  { state, reason = 'cancelled' }: { state: OpenState; reason: Reason | undefined },
  { now, inherited, retired = [] }: Unread,
): Settlement {
  const saga = openSaga(command, { retired });
  assertTransition(state, 'abandoned');
  const nodes = saga.nodes.map((node): NodeState => {
    const until = inheritedUntil(inherited, node.name);
    const sent = [
      { effect: 'present', until },
      { effect: 'absent', until },
    ] as const;
    return { ...node, loose: state === 'accepted' ? [] : sent };
  });
  return settle({ ...saga, nodes }, { state: 'abandoned', reason, now });
}

function answered(
  saga: Saga,
  { node: name, answer }: { node: string; answer: NodeReply },
  context: Context,
): readonly Entry[] {
  const node = saga.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`command ${saga.command.id} has no node ${name}`);
  if (isIgnored(node)) return [{ kind: 'progressed', node: name, to: ignored(node, answer) }];
  const { node: to, turn } = afterReply(saga, node, { answer, context });
  const progressed: Entry = { kind: 'progressed', node: name, to };
  if (turn === undefined) return [progressed];
  return [progressed, { kind: 'node_turned', at: context.now, node: name, direction: turn }];
}
