/** Cells of a terminal: East Asian characters and emoji take two, combining ones none. */
import stringWidth from 'string-width';

const CUT = '…';
const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Without colours. */
export function cellsOf(text: string): number {
  return stringWidth(text);
}

/** The text within so many cells; a mark at its end stands for the rest. Text with colours stays as it is. */
export function cutTo(text: string, cells: number): string {
  if (cellsOf(text) <= cells || text.includes('\u001b')) return text;
  return `${beginningOf(text, cells - cellsOf(CUT))}${CUT}`;
}

/** As many whole characters as fit. */
export function beginningOf(text: string, cells: number): string {
  let [kept, used] = ['', 0];
  for (const { segment } of SEGMENTER.segment(text)) {
    used += cellsOf(segment);
    if (used > cells) break;
    kept += segment;
  }
  return kept;
}
