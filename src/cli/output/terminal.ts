/**
 * The output of the command line. Answers go to stdout, everything about them to stderr; at a
 * terminal there is also a live line at the bottom, which changes.
 *
 * A reader that goes away (`lockstep list | head`) ends the output quietly; `closed` makes long
 * work stop. Colours only at a terminal, and not with NO_COLOR.
 */
import { once } from 'node:events';
import { styleText } from 'node:util';
import { escaped, shownPlainly } from '../../base/unseen.ts';

const CLEAR_RIGHT = '\u001b[K';
const COLUMNS = 80;

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

export class Terminal {
  readonly #gone = new AbortController();
  /** Shared by all writers that wait for room on stdout. */
  #room: Promise<void> | undefined;
  /** The text of the live line; empty if there is none. */
  #live = '';

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

  /** stderr is a terminal. */
  get attended(): boolean {
    return process.stderr.isTTY === true;
  }

  /** Width of the terminal on stdout; unlimited without one. */
  get columns(): number {
    return process.stdout.columns || Number.POSITIVE_INFINITY;
  }

  /** There is a person to ask. */
  get canAsk(): boolean {
    return process.stdin.isTTY === true && this.attended;
  }

  /** Resolves once there is room for more. */
  async line(text: string): Promise<void> {
    if (this.closed.aborted || this.#writeAbove(process.stdout, text)) return;
    this.#room ??= this.#waitForRoom();
    await this.#room;
  }

  json(value: unknown): Promise<void> {
    return this.line(escaped(JSON.stringify(value)));
  }

  /** Text about the work, not its result. */
  note(text: string): void {
    this.#writeAbove(process.stderr, text);
  }

  /** Overwrites the live line; nothing without a terminal. */
  showLive(text: string): void {
    if (!this.attended) return;
    const columns = process.stderr.columns || COLUMNS;
    this.#live = [...plain(text)].slice(0, columns - 1).join('');
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
    if ([...longer].length <= columns || line === '') line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
