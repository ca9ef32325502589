/**
 * Where the command line writes. Answers go to stdout, everything about them to stderr.
 *
 * A reader that goes away (`lockstep list | head`) ends the writing quietly; `closed` tells long
 * work to stop. Colours only where a person looks at them, and not against NO_COLOR.
 */
import { once } from 'node:events';
import { styleText } from 'node:util';

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

export class Terminal {
  readonly #gone = new AbortController();
  /** Shared by all that wait for room on stdout. */
  #room: Promise<void> | undefined;

  constructor() {
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error;
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

  /** A person can be asked. */
  get canAsk(): boolean {
    return process.stdin.isTTY === true && this.attended;
  }

  /** Resolves once there is room for more. */
  async line(text: string): Promise<void> {
    if (this.closed.aborted || process.stdout.write(`${text}\n`)) return;
    this.#room ??= this.#waitForRoom();
    await this.#room;
  }

  json(value: unknown): Promise<void> {
    return this.line(JSON.stringify(value));
  }

  /** About the work, not its result. */
  note(text: string): void {
    process.stderr.write(`${text}\n`);
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

/** Text of others, made harmless for a terminal: no escapes, no line breaks. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ').toWellFormed();
}
