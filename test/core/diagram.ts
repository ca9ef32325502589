/**
 * The state diagrams in docs/architecture.md, drawn from the tables of transitions. `node
 * test/core/diagram.ts` writes them there; `diagram.test.ts` fails when the two differ.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { STAGES } from '../../src/coordinator/queue/stages.ts';
import { TRANSITIONS } from '../../src/core/transitions.ts';

export const PAGE = new URL('../../docs/architecture.md', import.meta.url);

type Table = Readonly<Record<string, readonly string[]>>;

/** By the name of their markers; the first state of each table is the one it begins with. */
const TABLES: Readonly<Record<string, Table>> = { diagram: TRANSITIONS, stages: STAGES };

/** Mermaid, in a fence of its own. */
export function diagram(table: Table): string {
  const lines = [`[*] --> ${Object.keys(table)[0]}`];
  for (const [from, targets] of Object.entries(table)) {
    for (const to of targets) lines.push(`${from} --> ${to}`);
    if (targets.length === 0) lines.push(`${from} --> [*]`);
  }
  return ['```mermaid', 'stateDiagram-v2', ...lines.map((line) => `    ${line}`), '```'].join('\n');
}

/** @throws if the page does not have the markers of each diagram, once and in order */
export function withDiagrams(page: string): string {
  return Object.entries(TABLES).reduce((text, [name, table]) => {
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
    const [before, rest, ...more] = text.split(begin);
    const [, after, ...others] = rest?.split(end) ?? [];
    if (before === undefined || after === undefined || more.length + others.length > 0) {
      throw new Error(`the page needs ${begin} and ${end}, once each`);
    }
    return `${before}${begin}\n\n${diagram(table)}\n\n${end}${after}`;
  }, page);
}

if (import.meta.main) await writeFile(PAGE, withDiagrams(await readFile(PAGE, 'utf8')));
