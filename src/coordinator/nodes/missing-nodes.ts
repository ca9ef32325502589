/**
 * Open commands that need nodes which are no longer configured. Their calls to these nodes fail forever, so they
 * keep their keys until the node is configured again, or an operator retires it or ends them.
 */
import type { OpenCommand } from '../queue/open-command.ts';
import type { Retirements } from './retirements.ts';

/**
 * The number of commands by missing node; empty if none is missing.
 * @param retirements given: commands that go on without a node do not need it
 */
export function missingNodes(
  commands: Iterable<OpenCommand>,
  configured: readonly string[],
  retirements?: Pick<Retirements, 'of'>,
): Readonly<Record<string, number>> {
  const known = new Set(configured);
  const counts: Record<string, number> = {};
  for (const { command } of commands) {
    // Commands of this life share the list itself.
    if (command.nodes === configured) continue;
    const retired = retirements?.of(command) ?? [];
    for (const node of command.nodes) {
      if (!known.has(node) && !retired.includes(node)) counts[node] = (counts[node] ?? 0) + 1;
    }
  }
  return counts;
}
