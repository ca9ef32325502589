/**
 * Nodes that an operator has retired: they are gone for good, and no part of the goal of the commands that name them.
 * The remaining ones still end as the command wants, all of them, or as before it (P1). Nothing more is sent to a
 * retired node. What may have happened there is told, and what may still land there is remembered (P4.5).
 */
import type { NodeOutcome, NodeReply, NodeState, Saga } from '../model.ts';

const READS: ReadonlySet<string | undefined> = new Set(['read', undefined]);

/** The nodes that the goal is about. */
export function remaining({ nodes }: Pick<Saga, 'nodes'>): readonly NodeState[] {
  // Nearly no command has a retired one.
  return nodes.some(({ retired }) => retired) ? nodes.filter(({ retired }) => !retired) : nodes;
}

/** The retired nodes that still have an exchange under way: it is given up, and the saga waits for its end. */
export function leaving({ nodes }: Pick<Saga, 'nodes'>): readonly NodeState[] {
  return nodes.filter(({ retired, running }) => retired && running !== undefined);
}

/** Whether what the last exchange with a retired node showed no longer matters. */
export function isIgnored({ retired, running }: NodeState): boolean {
  return retired && READS.has(running?.kind);
}

/** A retired node after the end of a read. */
export function ignored(node: NodeState, { detail }: NodeReply): NodeState {
  return { ...node, running: undefined, lastResponse: detail };
}

/**
 * The last certain state of a retired node: nobody asks it again. Unknown as soon as a request may have changed or may
 * still change it.
 */
export function outcomeOfRetired({ next, loose }: NodeState, seen: NodeOutcome): NodeOutcome {
  const isCertain = next === 'mutate' && loose.length === 0;
  return { ...seen, ...(isCertain ? {} : { state: 'unknown' }), retired: true };
}
