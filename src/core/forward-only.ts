/**
 * The point of no return of a delete whose record cannot be made again (`Policy.restores`).
 *
 * Its first delete goes to one node; the other nodes follow its answer. As soon as one node has
 * applied the delete, or may have applied it, the nodes can no longer return to the state before:
 * the saga goes forward only (P1, P5). Only one thing settles a delete in doubt as not applied: a
 * read that shows the record, and that began when the delete could no longer land.
 *
 * What a retired node has done binds nobody: all of this is about the nodes that remain.
 */

import type { Policy } from './context.ts';
import type { Command, NodeState, Saga } from './model.ts';
import { remaining } from './retired/remaining.ts';

/** Whether the changes of this command can never be undone. */
export function isIrreversible({ op }: Command, { restores }: Policy): boolean {
  return op === 'delete' && !restores;
}

/** Whether only its own success, or an operator, ends the command (P5). */
export function mayBeAbandoned(
  { state, command }: Pick<Saga, 'state' | 'command'>,
  policy: Policy,
): boolean {
  return state === 'compensating' || (state === 'applying' && isIrreversible(command, policy));
}

/** The point of no return is passed, or may be. */
export function isForwardOnly(saga: Saga, policy: Policy): boolean {
  if (saga.state !== 'applying' || !isIrreversible(saga.command, policy)) return false;
  return remaining(saga).some((node) => node.mayHaveChanged);
}

/**
 * The point of no return is certainly passed: on one node the record that the survey found is gone.
 */
export function hasRemoved(saga: Saga): boolean {
  return remaining(saga).some(
    ({ mayHaveChanged, verdict }) =>
      mayHaveChanged && (verdict === 'reached' || verdict === 'foreign'),
  );
}

/** Before it, only one node gets the delete: the first that still holds the record. */
export function firstOf(saga: Saga): readonly NodeState[] {
  return remaining(saga)
    .filter(({ verdict }) => verdict === 'open')
    .slice(0, 1);
}
