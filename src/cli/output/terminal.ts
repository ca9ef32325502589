/**
 * Where the command line writes. Answers go to stdout, everything about them to stderr, and to a
 * person also a live line below all that, which changes.
 *
 * A reader that goes away (`lockstep list | head`) ends the writing quietly; `closed` tells long
 * work to stop. Colours only where a person looks at them, and not against NO_COLOR.
 */
import { once } from 'node:events';
import { styleText } from 'node:util';
import { escaped, shownPlainly } from '../../base/unseen.ts';

const CLEAR_RIGHT = '\u001b[K';
const COLUMNS = 80;

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

export class Terminal {
  readonly #gone = new AbortController();
  /** Shared by all that wait for room on stdout. */
  #room: Promise<void> | undefined;
  /** What stands on the live line; empty if there is none. */
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

  /** Aborted once nobody reads stdout any more. */
  get closed(): AbortSignal {
    return this.#gone.signal;
  }

  /** A person reads stderr. */
  get attended(): boolean {
    return process.stderr.isTTY === true;
  }

  /** Of the terminal on stdout; without bound where there is none. */
  get columns(): number {
    return process.stdout.columns || Number.POSITIVE_INFINITY;
  }

  /** A person can be asked. */
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

  /** About the work, not its result. */
  note(text: string): void {
    this.#writeAbove(process.stderr, text);
  }

  /** Writes the live line anew; nothing where nobody looks. */
  showLive(text: string): void {
    if (!this.attended) return;
    const columns = process.stderr.columns || COLUMNS;
    this.#live = [...plain(text)].slice(0, columns - 1).join('');
    process.stderr.write(`\r${this.#live}${CLEAR_RIGHT}`);
  }

  /** It stays as it stands, and is live no more. */
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

/** Text of others, made harmless for a terminal: no escapes, no line breaks, nothing that hides. */
export function plain(text: string): string {
  return shownPlainly(text).toWellFormed();
}

/** Breaks a text between words, so that no line is longer than `columns`, where words allow it. */
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
