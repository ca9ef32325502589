/**
 * A file that is there while the daemon runs. Found at a start, it says that the last life did not
 * end on purpose; what ended it stands in it, unless nobody could write that down any more (`kill
 * -9`, out of memory, power).
 *
 * It is the file of whoever holds the journal: a start that fails before that leaves it alone, since
 * another daemon may be running.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

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

  /** @returns how the last life ended, if it was not on purpose */
  begin(): Unclean | undefined {
    const before = this.#read();
    this.#isOurs = true;
    this.#attempt(() => writeFileSync(this.#file, '{}'));
    return before;
  }

  end(cause: string | undefined): void {
    if (!this.#isOurs) return;
    this.#attempt(() => {
      if (cause === undefined) rmSync(this.#file, { force: true });
      else writeFileSync(this.#file, JSON.stringify({ cause }));
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
      // Torn by the end of the process: that it is there says enough.
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
