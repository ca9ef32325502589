/** The nodes for which a command waits that holds its key and may not begin yet (P4.4). */
import { wantedBy } from '../../core/loose.ts';
import type { NodeOutcome } from '../../core/model.ts';
import { landingText } from '../../protocol/landing.ts';
import type { KeyOrder } from './key-order.ts';
import type { OpenCommand } from './open-command.ts';

/** @returns the nodes, each with the end of the wait as its text; undefined if it waits for none */
export function awaitedNodes(
  open: OpenCommand,
  keys: KeyOrder,
  now: number,
): Readonly<Record<string, NodeOutcome>> | undefined {
  if (open.stage !== 'waiting' || !keys.holds(open)) return undefined;
  const { command } = open;
  const nodes = keys.opposedNodes(command.groupId, wantedBy(command), now);
  if (nodes.size === 0) return undefined;
  const outcomes = [...nodes].map(([node, until]) => {
    const outcome: NodeOutcome = {
      state: 'unknown',
      attempts: 0,
      lastResponse: landingText(until),
    };
    return [node, outcome] as const;
  });
  return Object.fromEntries(outcomes);
}
