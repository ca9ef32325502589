/** Requests that were refused for want of a token, or of a role: one line of the log for many of them. */
import type { Log } from '../../observe/log/log-port.ts';
import type { ErrorReply } from '../../protocol/errors.ts';

const LOG_MS = 10_000;
/** Refused acts that the trail takes in so long a time. */
const NOTED_MAX = 60;
const NOTED_MS = 60_000;

export class Refusals {
  readonly #log: Log;
  #refused = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;
  #noted = 0;
  #notedSince = Number.NEGATIVE_INFINITY;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Whether the trail of acts takes another refused one. */
  mayNote(): boolean {
    const now = performance.now();
    if (now - this.#notedSince >= NOTED_MS) {
      this.#notedSince = now;
      this.#noted = 0;
    }
    return this.#noted++ < NOTED_MAX;
  }

  note({ error: { message: reason } }: ErrorReply): void {
    this.#refused++;
    const now = performance.now();
    if (now - this.#loggedAt < LOG_MS) return;
    this.#loggedAt = now;
    const seen = { reason, refused: this.#refused };
    this.#log.warn('requests of clients were refused: unauthorised', seen);
  }
}
