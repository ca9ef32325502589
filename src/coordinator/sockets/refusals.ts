/**
 * Requests that were refused for want of a token, or of a role: one line of the log for many of them. The trail of acts
 * takes so many of each client, so that a flood of one hides no act of another.
 */
import { Seldom } from '../../base/seldom.ts';
import { CLIENTS_MAX } from '../../clients/client-list.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { ErrorReply } from '../../protocol/errors.ts';

/** Refused acts of one client that the trail takes in so long a time. */
const NOTED_MAX = 60;
const NOTED_MS = 60_000;

export class Refusals {
  readonly #log: Log;
  #refused = 0;
  readonly #lines = new Seldom();
  /** By the name of the client. */
  readonly #noted = new Map<string, number>();
  #notedSince = Number.NEGATIVE_INFINITY;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Whether the trail of acts takes another refused one of this client. */
  mayNote(client: string): boolean {
    const now = performance.now();
    if (now - this.#notedSince >= NOTED_MS) {
      this.#notedSince = now;
      this.#noted.clear();
    }
    const noted = this.#noted.get(client) ?? 0;
    // More names than a list has: it changes all the time.
    const isBounded = noted > 0 || this.#noted.size < CLIENTS_MAX;
    if (noted >= NOTED_MAX || !isBounded) return false;
    this.#noted.set(client, noted + 1);
    return true;
  }

  note({ error: { message: reason } }: ErrorReply): void {
    this.#refused++;
    if (this.#lines.take() === 0) return;
    const seen = { reason, refused: this.#refused };
    this.#log.warn('requests of clients were refused: unauthorised', seen);
  }
}
