/**
 * Open commands that need nodes which are no longer configured. Their calls to these nodes fail forever, so they
 * keep their keys until the node is configured again or an operator ends them.
 */
import type { OpenCommand } from '../queue/open-command.ts';

/** The number of commands by missing node; empty if none is missing. */
export function missingNodes(
  commands: Iterable<OpenCommand>,
  configured: readonly string[],
): Readonly<Record<string, number>> {
  const known = new Set(configured);
  const counts: Record<string, number> = {};
  for (const { command } of commands) {
    // Commands of this life share the list itself.
    if (command.nodes === configured) continue;
    for (const node of command.nodes) {
      if (!known.has(node)) counts[node] = (counts[node] ?? 0) + 1;
    }
  }
  return counts;
}
