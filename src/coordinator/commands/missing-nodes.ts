/**
 * Open commands that need nodes which are not configured any more. Their calls to those fail for
 * ever, so they keep their keys until the node is named again or an operator ends them.
 */
import type { OpenCommand } from '../queue/open-command.ts';

/** How many commands need each of them; empty if none does. */
export function missingNodes(
  commands: Iterable<OpenCommand>,
  configured: readonly string[],
): Readonly<Record<string, number>> {
  const known = new Set(configured);
  const counts: Record<string, number> = {};
  for (const { command } of commands) {
    // Those of this life share the list itself.
    if (command.nodes === configured) continue;
    for (const node of command.nodes) {
      if (!known.has(node)) counts[node] = (counts[node] ?? 0) + 1;
    }
  }
  return counts;
}
