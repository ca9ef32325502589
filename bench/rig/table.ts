/** Figures for people: the rows of the goals, and tables in columns. */
import { GOALS, type Goal, type Judged } from './goals.ts';
import type { Spread } from './statistics.ts';

const HEAD = ['goal', 'measured', '(spread)', 'must', 'aim', ''];

export function rowsOf(classified: readonly Judged[]): string {
  return columns([HEAD, ...classified.map(rowOf)], '<>><<<');
}

function rowOf({ goal, reached, verdict, reason }: Judged): string[] {
  const { title, unit, must, aim, better }: Goal = GOALS[goal];
  const sign = better === 'more' ? '≥' : '≤';
  return [
    title,
    reached === undefined ? '–' : `${figure(reached.median)}${unit === '' ? '' : ` ${unit}`}`,
    reached === undefined ? '' : range(reached),
    `${sign} ${must}`,
    aim === undefined ? '' : `${sign} ${aim}`,
    reason === undefined ? verdict : `${verdict}: ${reason}`,
  ];
}

export function range({ least, most }: Spread): string {
  return `${figure(least)}–${figure(most)}`;
}

/** Three digits, or all digits before the point. */
export function figure(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** @param sides of each column: `<` aligns its cells to the left, `>` to the right */
export function columns(rows: readonly (readonly string[])[], sides: string): string {
  const widths = Array.from(sides, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) =>
          sides[at] === '>' ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
