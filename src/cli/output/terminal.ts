/**
 * The output of the command line. Answers go to stdout, everything about them to stderr; at a
 * terminal there is also a live line at the bottom, which changes.
 *
 * A reader that goes away (`lockstep list | head`) ends the output quietly; `closed` makes long
 * work stop. Colours only at a terminal, and not with NO_COLOR.
 *
 * With --quiet only `value`, `json` and `complain` write. With -o jsonl the last line is a summary or an error
 * (`endLines`).
 */
import { once } from 'node:events';
import { styleText } from 'node:util';
import { escaped, shownPlainly } from '../../base/unseen.ts';
import type { Output } from './format.ts';
import { beginningOf, cellsOf, cutTo } from './width.ts';

const CLEAR_RIGHT = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const HOME = '\u001b[H';
const COLUMNS = 80;
const ROWS = 24;

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

export class Terminal {
  readonly #gone = new AbortController();
  /** Shared by all writers that wait for room on stdout. */
  #room: Promise<void> | undefined;
  /** The text of the live line; empty if there is none. */
  #live = '';
  #output: Output = { format: 'table', quiet: false };
  /** The last document was a summary or an error. */
  #isSummed = false;

  constructor() {
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        // The reader of a pipe is gone, or the terminal.
        if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
        this.#gone.abort();
      });
    }
  }

  /** Aborted once nothing reads stdout any longer. */
  get closed(): AbortSignal {
    return this.#gone.signal;
  }

  /** Before any output. */
  use(output: Output): void {
    this.#output = output;
  }

  get format(): Output['format'] {
    return this.#output.format;
  }

  get isJson(): boolean {
    return this.format === 'json' || this.format === 'jsonl';
  }

  get isQuiet(): boolean {
    return this.#output.quiet;
  }

  /** stderr is a terminal. */
  get attended(): boolean {
    return process.stderr.isTTY === true;
  }

  /** Width of the terminal on stdout; unlimited without one. */
  get columns(): number {
    return process.stdout.columns || Number.POSITIVE_INFINITY;
  }

  /** Cells of a line of a table; unlimited with -o wide. */
  roomFor({ indent = 0 } = {}): number {
    return this.format === 'wide' ? Number.POSITIVE_INFINITY : this.columns - indent;
  }

  /** There is a person to ask. */
  get canAsk(): boolean {
    return process.stdin.isTTY === true && this.attended;
  }

  /** Text for people. Resolves once there is room for more. */
  async line(text: string): Promise<void> {
    if (!this.isQuiet) await this.value(text);
  }

  /** A result that a script needs: written with --quiet, too. */
  async value(text: string): Promise<void> {
    if (this.closed.aborted || this.#writeAbove(process.stdout, text)) return;
    this.#room ??= this.#waitForRoom();
    await this.#room;
  }

  json(value: object): Promise<void> {
    this.#isSummed = 'summary' in value || 'error' in value;
    return this.value(escaped(JSON.stringify(value)));
  }

  /** With -o jsonl the last line is a summary, or the error that ended the call. */
  async endLines(summary: object): Promise<void> {
    if (this.format === 'jsonl' && !this.#isSummed) await this.json({ summary });
  }

  /** Text at a terminal: it may be drawn over. */
  get isDrawn(): boolean {
    return process.stdout.isTTY === true && !this.isJson && !this.isQuiet;
  }

  /** Over what was drawn before, cut to the height of the terminal; the last drawing stays. */
  draw(title: string, text: string): void {
    const rows = Math.max(2, process.stdout.rows || ROWS);
    const lines = [this.paint('dim', cutTo(title, this.columns)), ...text.split('\n')];
    const shown = lines.slice(0, rows - 1).map((line) => `${line}${CLEAR_RIGHT}`);
    process.stdout.write(`${HOME}${shown.join('\n')}\n${CLEAR_BELOW}`);
  }

  /** Text about the work, not its result. */
  note(text: string): void {
    if (!this.isQuiet) this.complain(text);
  }

  /** An error. */
  complain(text: string): void {
    this.#writeAbove(process.stderr, text);
  }

  /** Overwrites the live line; nothing without a terminal. */
  showLive(text: string): void {
    if (!this.attended || this.isQuiet) return;
    const columns = process.stderr.columns || COLUMNS;
    this.#live = beginningOf(plain(text), columns - 1);
    process.stderr.write(`\r${this.#live}${CLEAR_RIGHT}`);
  }

  /** The line stays as it is and is no longer live. */
  keepLive(): void {
    if (this.#live !== '') process.stderr.write('\n');
    this.#live = '';
  }

  clearLive(): void {
    if (this.#live !== '') process.stderr.write(`\r${CLEAR_RIGHT}`);
    this.#live = '';
  }

  #writeAbove(stream: NodeJS.WriteStream, text: string): boolean {
    if (this.#live === '' || stream.isTTY !== true) return stream.write(`${text}\n`);
    const line = this.#live;
    this.clearLive();
    const hasRoom = stream.write(`${text}\n`);
    this.showLive(line);
    return hasRoom;
  }

  async #waitForRoom(): Promise<void> {
    try {
      await once(process.stdout, 'drain', { signal: this.closed });
    } catch (error) {
      if (!this.closed.aborted) throw error;
    } finally {
      this.#room = undefined;
    }
  }

  paint(colour: Colour, text: string, stream: NodeJS.WriteStream = process.stdout): string {
    return styleText(colour, text, { stream });
  }
}

/** Foreign text, made harmless for a terminal: no escapes, no line breaks, no hidden characters. */
export function plain(text: string): string {
  return shownPlainly(text).toWellFormed();
}

/**
 * Breaks a text between words, so that no line is longer than `columns`, where words allow that.
 */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (cellsOf(longer) <= columns || line === '') line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
