/** Nodes as text for people. */
import type { NodesAnswer, NodeUse } from '../../protocol/answer.ts';
import type { RetiredCourse, Retiring } from '../../protocol/answers/retiring.ts';
import { shortIds } from '../output/short-id.ts';
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

function stateText(
  { configured, drained, retired, open = 0 }: NodeUse,
  terminal: Terminal,
): string {
  if (retired !== undefined) {
    const also = drained === undefined ? '' : `, drained ${stopText(drained)}`;
    const what = terminal.paint('red', `retired ${stopText(retired)}${also}`);
    const next = configured
      ? 'take it out of the configuration, and restart the daemon'
      : `${openText(open)} without it`;
    return `${what}: ${next}`;
  }
  if (drained !== undefined) {
    const what = terminal.paint('yellow', `drained ${stopText(drained)}`);
    return `${what}: new commands wait`;
  }
  if (configured) return terminal.paint('green', 'in use');
  const count = open === 1 ? '1 open command names' : `${open} open commands name`;
  return terminal.paint('red', `not configured, and ${count} it`);
}

function openText(open: number): string {
  return open === 1 ? '1 open command goes on' : `${open} open commands go on`;
}

const COURSES: Readonly<Record<RetiredCourse, string>> = {
  begins: 'begins on the other nodes',
  goes_on: 'goes on at the other nodes',
  rolls_back: 'is rolled back on the other nodes',
  ends: 'is abandoned: no other node is left',
  is_held: 'stays held; later goes on without the node',
};

/** What a retirement means for open commands: the first of them by name, all of them by number. */
export function retiringText(
  node: string,
  { matched, counts, commands }: Retiring,
  terminal: Terminal,
): string {
  if (matched === 0) return `No open command names ${plain(node)}.`;
  const courses = Object.entries(counts) as [RetiredCourse, number][];
  const ids = shortIds(commands.map(({ id }) => id));
  const rows = commands.map(({ op, groupId, state, stuck, course, mayDiffer }, index) => [
    plain(ids[index] ?? ''),
    `${op} ${plain(groupId)}`,
    stuck === true ? `${state}, stuck` : state,
    COURSES[course],
    mayDiffer === true ? 'may be left there' : 'not touched there',
  ]);
  const columns = ['id', 'command', 'state', 'then', `the record on ${plain(node)}`];
  const more = matched - commands.length;
  return [
    `${matched === 1 ? '1 open command names' : `${matched} open commands name`} ${plain(node)}:`,
    ...courses.map(([course, count]) => `  ${count} ${COURSES[course]}`),
    table(
      columns.map((title) => ({ title })),
      rows,
      terminal.roomFor(),
    ),
    ...(more > 0 ? [`and ${more} more: lockstep list --open --node ${plain(node)}`] : []),
  ].join('\n');
}
