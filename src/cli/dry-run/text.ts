/** What a command would do, as text for people. */
import type { DryRunAnswer, DryRunNode } from '../../protocol/answers/dry-run.ts';
import { REASONS } from '../output/answer-text.ts';
import { indent, table } from '../output/table.ts';
import { plain, type Terminal } from '../output/terminal.ts';

/** `create 5: would be refused, already_exists`. */
export function foreseenText({ would, reason }: DryRunAnswer): string {
  if (would === 'unknown') return 'not known: a node could not be read';
  if (would === 'commit') return 'would be committed';
  return `would be refused, ${reason ?? ''}`;
}

/** Everything about it. */
export function dryRunText(answer: DryRunAnswer, terminal: Terminal): string {
  const { op, groupId, askedAs, would, reason, waitsFor, nodes } = answer;
  const asked = askedAs === undefined ? '' : ` (asked as ${plain(askedAs)})`;
  const colour = would === 'commit' ? 'green' : would === 'refuse' ? 'red' : 'yellow';
  const first = `${op} ${plain(groupId)}${asked}: ${terminal.paint(colour, foreseenText(answer))}`;
  const why = reason === undefined ? [] : [`why: ${REASONS[reason]}`];
  const waits = waitsFor === undefined ? [] : [`would wait for: ${plain(waitsFor)}`];
  const lines = [...why, ...waits, '', nodeTable(nodes, terminal.roomFor({ indent: 2 }))];
  return [first, indent(lines.join('\n')), 'Nothing was changed.'].join('\n');
}

function nodeTable(nodes: Readonly<Record<string, DryRunNode>>, room: number): string {
  const hasResponse = Object.values(nodes).some(({ lastResponse }) => lastResponse !== undefined);
  const columns = [{ title: 'node' }, { title: 'record' }, { title: 'would' }];
  return table(
    hasResponse ? [...columns, { title: 'last response' }] : columns,
    Object.entries(nodes).map(([name, { state, would, lastResponse }]) => [
      plain(name),
      state,
      would,
      plain(lastResponse ?? ''),
    ]),
    room,
  );
}
