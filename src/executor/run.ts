/** A saga that this executor drives, and its running exchanges. */
import type { Policy } from '../core/context.ts';
import { evolve } from '../core/evolve.ts';
import { isForwardOnly } from '../core/forward-only.ts';
import type { Inherited, NodeRequest, NodeState, Saga } from '../core/model.ts';
import { openSaga } from '../core/open-saga.ts';
import { isSettled } from '../core/transitions.ts';
import type { Subject } from '../node/dialect/codec.ts';
import type { Step } from '../protocol/story/step.ts';
import { STEPS_KEPT } from '../protocol/story/step-log.ts';
import type { Order, Ticket } from '../protocol/work.ts';
import type { Cancel, RunningExchange } from './ports.ts';
import { SagaStory } from './saga-story.ts';

/**
 * A failure that one saga repeats may be the fault of its key alone: after so many failures on a node in one
 * direction, further ones do not count against the node. Else one rollback, which never gives up (P5), could
 * open a breaker by itself.
 */
const FAILURES_COUNTED = 3;

/** An exchange that runs with this node. */
export interface Underway {
  readonly node: string;
  readonly request: NodeRequest;
  /** When it began. */
  readonly at: number;
  readonly exchange: RunningExchange;
}

/** One saga in work. */
export interface Run {
  /** What its requests are about. */
  readonly subject: Subject;
  saga: Saga;
  readonly story: SagaStory;
  /** Set if an earlier life may have driven the saga. */
  readonly inherited: Inherited | undefined;
  /** Reports of durable entries that the journal has not confirmed. */
  unconfirmed: number;
  readonly exchanges: Underway[];
  /** The time of its next tick. */
  wake: { readonly at: number; readonly cancel: Cancel } | undefined;
  /** Operators' requests that wait until their act takes effect. */
  readonly operators: Ticket[];
}

/** So many sagas at a time have a long story: one takes up to 15 KB, and 100,000 rollbacks may wait for a node. */
const LONG_STORIES_MAX = 2000;

interface Beginning {
  readonly policy: Policy;
  readonly now: number;
  /** The number of sagas that it drives already. */
  readonly beside: number;
}

/** A saga that this executor begins to drive, or takes up from an earlier life. */
export function newRun(
  { command, record, history, entries, inherited }: Extract<Order, { kind: 'drive' }>,
  { policy, now, beside }: Beginning,
): Run {
  const saga = entries.reduce<Saga>(
    (state, entry) => evolve(state, entry, policy),
    openSaga(command, history),
  );
  const story = new SagaStory(beside < LONG_STORIES_MAX ? STEPS_KEPT : 2);
  if (inherited !== undefined) story.resumed(entries, now);
  return {
    subject: { id: command.id, groupId: command.groupId, record, digest: command.record?.digest },
    saga,
    story,
    inherited,
    unconfirmed: 0,
    exchanges: [],
    wake: undefined,
    operators: [],
  };
}

/** Whether the failures of this node no longer count against it. */
export function isWorn(saga: Saga, name: string): boolean {
  return (stateOf(saga, name)?.failures ?? 0) >= FAILURES_COUNTED;
}

/** P5: neither a deadline nor a cancel ends it. */
export function neverGivesUp(saga: Saga, policy: Policy): boolean {
  return saga.state === 'compensating' || isForwardOnly(saga, policy);
}

/** Takes out the operators' requests that have taken effect. */
export function obeyed({ saga, operators }: Run, policy: Policy): readonly Ticket[] {
  if (operators.length === 0) return operators;
  const { state, cancelled, abandoning } = saga;
  const isAwaited = abandoning || (cancelled && !neverGivesUp(saga, policy));
  return isAwaited && !isSettled(state) ? [] : operators.splice(0);
}

export function stateOf({ nodes }: Saga, name: string): NodeState | undefined {
  return nodes.find((node) => node.name === name);
}

/** The exchanges that run now, as steps of a story. */
export function attemptsUnderway({ saga, exchanges }: Run): readonly Step[] {
  return exchanges.map(({ node, request: { kind: request }, at }) => {
    const number = stateOf(saga, node)?.attempts ?? 0;
    return { at, step: 'attempt', node, number, request };
  });
}
