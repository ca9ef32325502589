/**
 * How a command ends that no executor has had, in this life of the daemon or an earlier one: nothing
 * was sent for it, so the coordinator itself asks the core.
 */
import { decide } from '../core/decide.ts';
import { evolve } from '../core/evolve.ts';
import type { Context, Input, Saga, Settlement } from '../core/model.ts';
import { openSaga } from '../core/open-saga.ts';
import { awaitedNodes } from './awaited-nodes.ts';
import type { KeyOrder } from './key-order.ts';
import { entriesOf, type OpenCommand } from './open-command.ts';

/** `disown`: an operator gives up one that is held. */
export type UndrivenEnd = 'cancel' | 'ticked' | 'disown';

/** No executor has it, and none had: it waits for its key, for loose requests, or in its lane. */
export function isUndriven({ stage, recovered }: OpenCommand, why: UndrivenEnd): boolean {
  if (why === 'disown') return stage === 'held';
  return !recovered && (stage === 'waiting' || stage === 'ready');
}

/** Of one that waited in vain, for its key or for what may still land: its nodes were not asked, and why. */
export function explained(
  settlement: Settlement,
  open: OpenCommand,
  { keys, now }: { readonly keys: KeyOrder; readonly now: number },
): Settlement {
  if (settlement.state !== 'refused') return settlement;
  const holder = keys.holderOf(open.command.groupId);
  if (holder === undefined || holder === open) {
    return { ...settlement, nodes: { ...settlement.nodes, ...awaitedNodes(open, keys, now) } };
  }
  const how = holder.stage === 'held' ? 'is held since the journal was restored and has' : 'had';
  const said = `not asked: command ${holder.command.id} ${how} the key`;
  const nodes = Object.entries(settlement.nodes).map(([name, one]) => [name, { ...one, said }]);
  return { ...settlement, nodes: Object.fromEntries(nodes) };
}

/** What follows from its being cancelled, from the time, or from its being given up; undefined if it goes on waiting. */
export function endOfUndriven(
  open: OpenCommand,
  input: Extract<Input, { kind: UndrivenEnd }>,
  context: Context,
): Settlement | undefined {
  const saga = entriesOf(open).reduce<Saga>(
    (state, entry) => evolve(state, entry, context.policy),
    openSaga(open.command),
  );
  return decide(saga, input, context).find((entry) => entry.kind === 'settled');
}
