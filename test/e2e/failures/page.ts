/**
 * The table of failures in docs/operate/troubleshoot.md, to which the tests here hold the daemon.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = join(import.meta.dirname, '../../../docs/operate/troubleshoot.md');
const CELLS = 5;
const UNIT_MS = { s: 1000, min: 60_000 } as const;

export interface FailureRow {
  readonly name: string;
  /** The quoted words of the cell: `in code`. */
  readonly shows: readonly string[];
  readonly seenMs: number;
  readonly wellMs: number;
}

export function failureRows(page = readFileSync(PAGE, 'utf8')): readonly FailureRow[] {
  const section = /^## Failures$(.*?)^## /ms.exec(page)?.[1] ?? '';
  const [, , ...rows] = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.map(rowOf);
}

function rowOf(line: string): FailureRow {
  const cells = line.split('|').slice(1, -1);
  const [name = '', seen = '', seenWithin = '', , wellWithin = ''] = cells;
  if (cells.length !== CELLS) throw new Error(`not a row of ${CELLS} cells: ${line}`);
  return {
    name: name.trim(),
    shows: [...seen.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word),
    seenMs: durationOf(seenWithin),
    wellMs: durationOf(wellWithin),
  };
}

/** The first time in the cell. */
function durationOf(cell: string): number {
  const [, count, unit] = /(\d+) (s|min)\b/.exec(cell) ?? [];
  if (count === undefined) throw new Error(`no time in the cell '${cell}'`);
  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
