/** The state of a running saga, as clients see it. */
import { outcomeOf } from '../core/conclude.ts';
import type { Policy } from '../core/context.ts';
import { isForwardOnly } from '../core/forward-only.ts';
import { inheritedUntil } from '../core/loose.ts';
import type { NodeOutcome, NodeState } from '../core/model.ts';
import { landingText } from '../protocol/landing.ts';
import type { Inspection } from '../protocol/work.ts';
import type { Run } from './run.ts';

export function inspectionOf({ saga, inherited }: Run, policy: Policy, now: number): Inspection {
  const { state, stuck, nodes } = saga;
  const forwardOnly = isForwardOnly(saga, policy);
  const outcomes = nodes.map((node) => {
    const until = inherited === undefined ? 0 : inheritedUntil(inherited, node.name);
    return [node.name, outcomeNow(node, until, now)] as const;
  });
  return { state, stuck, forwardOnly, nodes: Object.fromEntries(outcomes) };
}

function outcomeNow(node: NodeState, until: number, now: number): NodeOutcome {
  const outcome = outcomeOf(node, true);
  const isAwaited = node.attempts === 0 && until > now;
  return isAwaited ? { ...outcome, lastResponse: landingText(until) } : outcome;
}
