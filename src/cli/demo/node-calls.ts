/** Number of failed calls to nodes, from the daemon's counters. */
import type { SummaryAnswer } from '../../protocol/answer.ts';

/** Ends of an exchange that did not advance a command; docs/protocol.md lists them all. */
const FAILED = ['unsure', 'misnamed', 'lost', 'unsent', 'refused', 'unreadable', 'malformed'];

export interface NodeCalls {
  readonly calls: number;
  readonly failed: number;
}

/** By node, the increase between the two. */
export function callsBetween(
  before: SummaryAnswer,
  after: SummaryAnswer,
): ReadonlyMap<string, NodeCalls> {
  const counts = Object.keys(after.nodes).map((name) => {
    const [first, last] = [countOf(before, name), countOf(after, name)];
    const between = { calls: last.calls - first.calls, failed: last.failed - first.failed };
    return [name, between] as const;
  });
  return new Map(counts);
}

function countOf({ nodes }: SummaryAnswer, name: string): NodeCalls {
  const { calls = 0, answers = {} } = nodes[name] ?? {};
  const failed = FAILED.reduce((sum, kind) => sum + (answers[kind] ?? 0), 0);
  return { calls, failed };
}
