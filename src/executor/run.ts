/** A saga that this executor drives, and its running exchanges. */
import type { Inherited, NodeState, Saga } from '../core/model.ts';
import type { Subject } from '../node/dialect/codec.ts';
import type { Ticket } from '../protocol/work.ts';
import type { Cancel, RunningExchange } from './ports.ts';

/**
 * A failure that one saga repeats may be the fault of its key alone: after so many failures on a node in one
 * direction, further ones do not count against the node. Else one rollback, which never gives up (P5), could
 * open a breaker by itself.
 */
const FAILURES_COUNTED = 3;

/** An exchange that runs with this node. */
export interface Underway {
  readonly node: string;
  readonly exchange: RunningExchange;
}

/** One saga in work. */
export interface Run {
  /** What its requests are about. */
  readonly subject: Subject;
  saga: Saga;
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

/** Whether the failures of this node no longer count against it. */
export function isWorn(saga: Saga, name: string): boolean {
  return (stateOf(saga, name)?.failures ?? 0) >= FAILURES_COUNTED;
}

export function stateOf({ nodes }: Saga, name: string): NodeState | undefined {
  return nodes.find((node) => node.name === name);
}
