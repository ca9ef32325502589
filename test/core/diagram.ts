/**
 * The state diagram in docs/architecture.md, drawn from the table of transitions. `node
 * test/core/diagram.ts` writes it there; `diagram.test.ts` fails when the two differ.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { isSettled, TRANSITIONS } from '../../src/core/transitions.ts';

export const PAGE = new URL('../../docs/architecture.md', import.meta.url);
const BEGIN = '<!-- diagram:begin -->';
const END = '<!-- diagram:end -->';

/** Mermaid, in a fence of its own. */
export function diagram(): string {
  const lines = ['[*] --> accepted'];
  for (const [from, targets] of Object.entries(TRANSITIONS)) {
    for (const to of targets) lines.push(`${from} --> ${to}`);
    if (isSettled(from as keyof typeof TRANSITIONS)) lines.push(`${from} --> [*]`);
  }
  return ['```mermaid', 'stateDiagram-v2', ...lines.map((line) => `    ${line}`), '```'].join('\n');
}

/** @throws if the page does not have the markers, once each and in order */
export function withDiagram(page: string): string {
  const [before, rest, ...more] = page.split(BEGIN);
  const [, after, ...others] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined || more.length + others.length > 0) {
    throw new Error(`the page needs ${BEGIN} and ${END}, once each`);
  }
  return `${before}${BEGIN}\n\n${diagram()}\n\n${END}${after}`;
}

if (import.meta.main) await writeFile(PAGE, withDiagram(await readFile(PAGE, 'utf8')));
