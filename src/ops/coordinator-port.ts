/**
 * Questions of the operators' port to the coordinator: the same requests that clients send, and the same answers.
 * Bounded in number and time (P9).
 */
import type { Answer } from '../protocol/answer.ts';
import { errorReply } from '../protocol/errors.ts';
import type { Request } from '../protocol/request.ts';

const WAITING_MAX = 100;
/** Less than the HTTP server waits for an answer. */
const ANSWER_MS_MAX = 4000;

export class CoordinatorPort {
  /** False: the coordinator does not work yet. */
  readonly #send: (ticket: number, request: Request) => boolean;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #ticket = 0;

  constructor(send: (ticket: number, request: Request) => boolean) {
    this.#send = send;
  }

  async ask(request: Request): Promise<Answer> {
    if (this.#waiting.size >= WAITING_MAX) {
      const retryAfterMs = 1000;
      return errorReply('busy', 'too many requests wait for their answers', { retryAfterMs });
    }
    const ticket = ++this.#ticket;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(ticket, resolve);
    const timer = setTimeout(() => resolve(LATE), ANSWER_MS_MAX);
    if (!this.#send(ticket, request)) resolve(STARTING);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(ticket);
    }
  }

  /** The coordinator has answered. */
  take(ticket: number, answer: Answer): void {
    this.#waiting.get(ticket)?.(answer);
  }
}

const LATE = errorReply('busy', 'the coordinator has not answered in time', { retryAfterMs: 1000 });
const STARTING = errorReply('unavailable', 'the daemon is starting', { retryAfterMs: 1000 });
