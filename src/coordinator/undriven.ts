/**
 * How a command ends that no executor has had, in this life of the daemon or an earlier one: nothing
 * was sent for it, so the coordinator itself asks the core.
 */
import { decide } from '../core/decide.ts';
import { evolve } from '../core/evolve.ts';
import type { Context, Saga, Settlement } from '../core/model.ts';
import { openSaga } from '../core/open-saga.ts';
import { entriesOf, type OpenCommand } from './open-command.ts';

/** No executor has it, and none had: it waits for its key, for loose requests, or in its lane. */
export function isUndriven({ stage, recovered }: OpenCommand): boolean {
  return !recovered && (stage === 'waiting' || stage === 'ready');
}

/** What follows from its being cancelled, or from the time; undefined if it goes on waiting. */
export function endOfUndriven(
  open: OpenCommand,
  why: 'cancel' | 'ticked',
  context: Context,
): Settlement | undefined {
  const saga = entriesOf(open).reduce<Saga>(
    (state, entry) => evolve(state, entry, context.policy),
    openSaga(open.command),
  );
  return decide(saga, { kind: why }, context).find((entry) => entry.kind === 'settled');
}
