/**
 * Columns of text, within the width of the terminal: the widest text is cut first, then the columns that matter
 * least are left out. Without a terminal nothing is cut.
 */
import { cellsOf, cutTo } from './width.ts';

export interface Column {
  readonly title: string;
  /** Numbers; never cut. */
  readonly align?: 'right';
  /** Never cut: an id, for example. */
  readonly isWhole?: true;
  /** Columns of a higher rank are left out first; those without one stay. */
  readonly rank?: number;
}

const GAP = 2;
/** Text is not cut below this before a column is left out. */
const TEXT_CELLS_MIN = 10;
const TEXT_CELLS_LEAST = 4;

/**
 * Rows under their titles, two blanks between columns, none at the end of a line.
 * @param room cells of a line
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room = Number.POSITIVE_INFINITY,
): string {
  const natural = columns.map(({ title }, index) =>
    rows.reduce((most, row) => Math.max(most, cellsOf(row[index] ?? '')), cellsOf(title)),
  );
  const widths = fitted(columns, natural, room);
  const line = (cells: readonly string[]) =>
    columns
      .flatMap(({ align }, index) => {
        const width = widths[index];
        if (width === undefined) return [];
        const cell = cutTo(cells[index] ?? '', width);
        const gap = ' '.repeat(Math.max(0, width - cellsOf(cell)));
        return [align === 'right' ? gap + cell : cell + gap];
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)].join('\n');
}

/** The width of each column; undefined: it is left out. */
function fitted(
  columns: readonly Column[],
  natural: readonly number[],
  room: number,
): readonly (number | undefined)[] {
  const shown: (number | undefined)[] = [...natural];
  const ranked = [...columns.keys()]
    .filter((index) => columns[index]?.rank !== undefined)
    .sort((a, b) => (columns[b]?.rank ?? 0) - (columns[a]?.rank ?? 0));
  for (;;) {
    const cut = cutText(columns, shown, { room, least: TEXT_CELLS_MIN });
    if (totalOf(cut) <= room) return cut;
    const next = ranked.shift();
    if (next === undefined) return cutText(columns, shown, { room, least: TEXT_CELLS_LEAST });
    shown[next] = undefined;
  }
}

/** Takes cells from the widest text, one by one, as long as the line is too long. */
function cutText(
  columns: readonly Column[],
  widths: readonly (number | undefined)[],
  { room, least }: { readonly room: number; readonly least: number },
): readonly (number | undefined)[] {
  const cut = [...widths];
  for (let over = totalOf(cut) - room; over > 0; over--) {
    let widest: number | undefined;
    for (const [index, width] of cut.entries()) {
      const column = columns[index];
      if (width === undefined || column?.align === 'right' || column?.isWhole) continue;
      if (width > least && width > (cut[widest ?? -1] ?? 0)) widest = index;
    }
    if (widest === undefined) return cut;
    cut[widest] = (cut[widest] ?? 0) - 1;
  }
  return cut;
}

function totalOf(widths: readonly (number | undefined)[]): number {
  const shown = widths.filter((width) => width !== undefined);
  return shown.reduce((sum, width) => sum + width, GAP * Math.max(0, shown.length - 1));
}

/** Indents every line. */
export function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
