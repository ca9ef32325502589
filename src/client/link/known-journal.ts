/**
 * Which journal a client with several addresses works with: that of the first daemon that says it. Each request names
 * it, so that a daemon with another journal refuses the request instead of executing a command a second time (P7).
 * A daemon that does not say it is trusted, as before there was a name.
 */
import { isError } from '../../protocol/answer.ts';

export class KnownJournal {
  #id: string | undefined;
  #isAsked = false;

  /** A daemon has been asked, whether it said its journal or not. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  get id(): string | undefined {
    return this.#id;
  }

  /** @param answer to a ping */
  learn(answer: object): void {
    if (isError(answer)) return;
    this.#isAsked = true;
    if (this.#id === undefined && 'journalId' in answer && typeof answer.journalId === 'string')
      this.#id = answer.journalId;
  }
}

/** The daemon refuses the request because it has another journal. */
export function isOfOtherJournal(answer: object): boolean {
  if (!isError(answer)) return false;
  const { code, field } = answer.error;
  return code === 'invalid_request' && field === 'journalId';
}
