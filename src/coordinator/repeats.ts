/**
 * Those who ask again for a command that is open, and wait for its end (P7). A client that waits for long
 * asks every few seconds: the same question of the same client waits once. All of them together are
 * bounded (P9).
 */
import { type ErrorReply, errorReply } from '../protocol/errors.ts';
import { addWaiter, type OpenCommand } from './open-command.ts';
import type { Respond } from './ports.ts';

const WAITING_MAX = 10_000;
const RETRY_AFTER_MS = 1000;

export class Repeats {
  #waiting = 0;

  /** @returns why it does not wait, if it does not */
  add(open: OpenCommand, respond: Respond): ErrorReply | undefined {
    if (open.waiters.some((waiter) => isSame(waiter.envelope, respond.envelope))) return undefined;
    if (this.#waiting >= WAITING_MAX) {
      const { id } = open.command;
      const message = `${WAITING_MAX} repeats of open commands wait for their end already`;
      return errorReply('busy', message, { id, retryAfterMs: RETRY_AFTER_MS });
    }
    this.#waiting++;
    const waiter: Respond = (answer) => {
      this.#waiting--;
      respond(answer);
    };
    waiter.envelope = respond.envelope;
    addWaiter(open, waiter);
    return undefined;
  }
}

function isSame(one: Respond['envelope'], other: Respond['envelope']): boolean {
  if (one === undefined || other === undefined || one.length !== other.length) return false;
  return one.every((frame, index) => other[index]?.equals(frame) === true);
}
