/**
 * How a command ends that no executor has had, in this life of the daemon or an earlier one: no request was
 * sent for it, so the coordinator itself asks the core.
 */

import type { Context } from '../../core/context.ts';
import { abandonUnread, decide } from '../../core/decide.ts';
import { evolve } from '../../core/evolve.ts';
import type { Inherited, NodeOutcome, Saga, Settlement } from '../../core/model.ts';
import { openSaga } from '../../core/open-saga.ts';
import type { Drains } from '../nodes/drains.ts';
import { awaitedNodes } from '../queue/awaited-nodes.ts';
import type { KeyOrder } from '../queue/key-order.ts';
import type { OpenCommand } from '../queue/open-command.ts';

/** `disown`: an operator gives up a held command. */
export type UndrivenEnd = 'cancel' | 'ticked' | 'disown';

/** No executor has it, and none had: it waits for its key, for loose requests, or in its lane. */
function isUndriven(open: OpenCommand, why: UndrivenEnd): boolean {
  const { stage, recovered } = open;
  if (why === 'disown') return open.isHeld;
  return !recovered && (stage === 'waiting' || stage === 'ready');
}

/** For a command that waited in vain for its key, loose requests or a drained node: why nodes were not asked. */
function explained(
  settlement: Settlement,
  open: OpenCommand,
  { keys, drains, now }: Ending,
): Settlement {
  if (settlement.state !== 'refused') return settlement;
  const holder = keys.holderOf(open.command.groupId);
  if (holder === undefined || holder === open) {
    const drained = open.stage === 'ready' ? drainedOf(settlement, drains) : {};
    const nodes = { ...settlement.nodes, ...awaitedNodes(open, keys, now), ...drained };
    return { ...settlement, nodes };
  }
  const detail = `not asked: command ${holder.command.id} ${howItHas(holder)} the key`;
  const nodes = Object.entries(settlement.nodes).map(([name, one]) => [
    name,
    { ...one, lastResponse: detail },
  ]);
  return { ...settlement, nodes: Object.fromEntries(nodes) };
}

/** Its lane was held up by these nodes. */
function drainedOf(
  { nodes }: Settlement,
  drains: Ending['drains'],
): Readonly<Record<string, NodeOutcome>> {
  const outcomes = Object.entries(nodes).filter(([name]) => drains.all.has(name));
  const lastResponse = 'not asked: an operator had drained the node';
  return Object.fromEntries(outcomes.map(([name, one]) => [name, { ...one, lastResponse }]));
}

function howItHas({ stage }: OpenCommand): string {
  if (stage === 'restored') return 'is held since the journal was restored and has';
  return stage === 'parked' ? 'is parked and has' : 'had';
}

export interface Ending extends Context {
  readonly keys: KeyOrder;
  readonly drains: Pick<Drains, 'all'>;
  readonly inherited: Inherited;
  /** Nodes of the command that are retired. */
  readonly retired: readonly string[];
}

/**
 * The settlement that follows from a cancel, from the deadline, or from giving it up; undefined if the command
 * waits on, or an executor has it.
 */
export function endOfUndriven(
  open: OpenCommand,
  why: UndrivenEnd,
  ending: Ending,
): Settlement | undefined {
  if (!isUndriven(open, why)) return undefined;
  const { command, state, reason, stage } = open;
  const { inherited, policy, retired } = ending;
  // Its history has crashed a thread: this thread does not read it.
  if (stage === 'parked') return abandonUnread(command, { state, reason }, ending);
  const saga = open.entries.reduce<Saga>(
    (so, entry) => evolve(so, entry, policy),
    openSaga(command, { retired }),
  );
  const input = why === 'disown' ? { kind: why, inherited } : { kind: why };
  const settlement = decide(saga, input, ending).find((entry) => entry.kind === 'settled');
  return settlement && explained(settlement, open, ending);
}
