/** Reading, on a connection of its own, so that no listing stands before a commit. A read without an answer is repeated. */
import { JournalError } from '../../errors.ts';
import { asJournalError, passes } from '../failure.ts';
import type { Link, Row } from '../link.ts';
import { waitFor } from '../pause.ts';

const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1000;

export class Queries {
  readonly #link: Link;
  readonly #shown: string;
  readonly #closing = new AbortController();

  constructor(link: Link, shown: string) {
    this.#link = link;
    this.#shown = shown;
  }

  /** @throws JournalError */
  async rows(text: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    for (let pause = RETRY_FIRST_MS; ; pause = Math.min(RETRY_MAX_MS, pause * 2)) {
      if (this.#closing.signal.aborted) {
        throw new JournalError('the journal is closed', { code: 'closed' });
      }
      try {
        return (await this.#link.query(text, values)).rows;
      } catch (error) {
        if (!passes(error)) throw asJournalError(error, this.#shown);
      }
      await waitFor(pause * (0.5 + Math.random() / 2), this.#closing.signal);
    }
  }

  close(): void {
    this.#closing.abort();
  }
}
