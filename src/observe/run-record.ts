/**
 * A file that exists while the daemon runs. If a start finds it, the last run ended unexpectedly.
 * The file holds the cause, unless it could not be written (`kill -9`, out of memory, power).
 *
 * It belongs to the process that holds the journal: a start that fails earlier leaves it, because
 * another daemon may be running.
 */
import { readFileSync, rmSync } from 'node:fs';
import { writePrivateFile } from '../files/private-file.ts';

export interface Unclean {
  readonly cause: string | undefined;
}

export class RunRecord {
  readonly #file: string;
  readonly #onTrouble: (error: unknown) => void;
  #isOurs = false;

  constructor(file: string, onTrouble: (error: unknown) => void) {
    this.#file = file;
    this.#onTrouble = onTrouble;
  }

  /** @returns how the last run ended, if it ended unexpectedly */
  begin(): Unclean | undefined {
    const before = this.#read();
    this.#isOurs = true;
    this.#attempt(() => writePrivateFile(this.#file, '{}'));
    return before;
  }

  end(cause: string | undefined): void {
    if (!this.#isOurs) return;
    this.#attempt(() => {
      if (cause === undefined) rmSync(this.#file, { force: true });
      else writePrivateFile(this.#file, JSON.stringify({ cause }));
    });
  }

  #read(): Unclean | undefined {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch {
      return undefined;
    }
    try {
      const { cause }: { readonly cause?: unknown } = JSON.parse(text);
      return { cause: typeof cause === 'string' ? cause : undefined };
    } catch {
      // Cut off by the end of the process: its existence says enough.
      return { cause: undefined };
    }
  }

  #attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#onTrouble(error);
    }
  }
}
