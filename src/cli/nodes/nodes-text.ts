/** Nodes as text for people. */
import type { NodesAnswer, NodeUse } from '../../protocol/answer.ts';
import { stopText } from '../output/summary-text.ts';
import { table } from '../output/table.ts';
import { plain, type Terminal } from '../output/terminal.ts';

export function nodesTable(nodes: NodesAnswer['nodes'], terminal: Terminal): string {
  return table(
    [{ title: 'node' }, { title: 'state' }],
    Object.entries(nodes).map(([name, use]) => [plain(name), stateText(use, terminal)]),
    terminal.roomFor(),
  );
}

function stateText({ configured, drained, open = 0 }: NodeUse, terminal: Terminal): string {
  if (drained !== undefined) {
    const what = terminal.paint('yellow', `drained ${stopText(drained)}`);
    return `${what}: new commands wait`;
  }
  if (configured) return terminal.paint('green', 'in use');
  const count = open === 1 ? '1 open command names' : `${open} open commands name`;
  return terminal.paint('red', `not configured, and ${count} it`);
}
