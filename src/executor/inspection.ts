/** The state of a running saga, as clients see it. */
import { outcomeOf } from '../core/conclude.ts';
import { inheritedUntil } from '../core/loose.ts';
import type { Inherited, NodeOutcome, NodeState, Saga } from '../core/model.ts';
import { landingText } from '../protocol/landing.ts';
import type { Inspection } from '../protocol/work.ts';

/** @param inherited if an earlier life of the daemon may have driven the saga */
export function inspectionOf(
  { state, stuck, nodes }: Saga,
  inherited: Inherited | undefined,
  now: number,
): Inspection {
  const outcomes = nodes.map((node) => {
    const until = inherited === undefined ? 0 : inheritedUntil(inherited, node.name);
    return [node.name, outcomeNow(node, until, now)] as const;
  });
  return { state, stuck, nodes: Object.fromEntries(outcomes) };
}

function outcomeNow(node: NodeState, until: number, now: number): NodeOutcome {
  const outcome = outcomeOf(node, true);
  const isAwaited = node.attempts === 0 && until > now;
  return isAwaited ? { ...outcome, lastResponse: landingText(until) } : outcome;
}
