/** Columns of text. */
import { stripVTControlCharacters } from 'node:util';

export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

/** Rows under their titles, two blanks between columns, none at the end of a line. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) =>
    rows.reduce((most, row) => Math.max(most, width(row[index] ?? '')), width(title)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? '';
        const gap = ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(cell)));
        return align === 'right' ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)].join('\n');
}

/** Indents every line. */
export function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]/u;
const NARROW = /[\uFF61-\uFFDC]/u;
const SIGNS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Cells of a terminal, without colours: East Asian characters and emoji take two. */
function width(text: string): number {
  let cells = 0;
  for (const { segment } of SIGNS.segment(stripVTControlCharacters(text))) {
    cells += WIDE.test(segment) && !NARROW.test(segment) ? 2 : 1;
  }
  return cells;
}
