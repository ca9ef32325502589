/**
 * The door's end of the line to the coordinator: the same requests that clients send, and the same answers. Bounded in
 * number and time (P9). Whether the coordinator can be asked is known here without asking it.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Caller, ToCoordinator, ToDoor } from '../channel/door-messages.ts';
import { ThreadLine } from '../channel/thread-line.ts';
import type { Answer } from '../protocol/answer.ts';
import { errorReply } from '../protocol/errors.ts';
import type { Figures } from '../protocol/figures.ts';
import type { Request } from '../protocol/request.ts';

const WAITING_MAX = 100;
/** Less than the HTTP server waits for an answer. */
const ANSWER_MS_MAX = 4000;

export interface CoordinatorLineOptions {
  readonly port: MessagePort;
  readonly onFigures: (figures: Figures) => void;
  readonly onError: (error: unknown) => void;
}

export class CoordinatorLine {
  readonly #line: ThreadLine<ToCoordinator, ToDoor>;
  readonly #onFigures: CoordinatorLineOptions['onFigures'];
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #ticket = 0;
  /** `closed`: the coordinator has not begun yet. */
  #state: 'closed' | 'open' | 'ended' = 'closed';

  constructor({ port, onFigures, onError }: CoordinatorLineOptions) {
    this.#onFigures = onFigures;
    this.#line = new ThreadLine(port, {
      take: (message) => this.#take(message),
      onEnd: () => this.#end(),
      onError,
    });
  }

  /**
   * @param caller who asks, as the gate has found
   * @param bytes of the text of the request
   * @returns the coordinator's answer, or an error of the door in its place
   */
  async ask(request: Request, caller: Caller, bytes = 0): Promise<Answer> {
    if (this.#state !== 'open') return this.#state === 'ended' ? STOPPING : STARTING;
    if (this.#waiting.size >= WAITING_MAX) return FULL;
    const ticket = ++this.#ticket;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(ticket, resolve);
    const timer = setTimeout(() => resolve(LATE), ANSWER_MS_MAX);
    this.#line.send({ kind: 'question', ticket, request, caller, bytes });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(ticket);
    }
  }

  async close(): Promise<void> {
    await this.#line.close();
  }

  #take(message: ToDoor): void {
    switch (message.kind) {
      case 'open':
        this.#state = 'open';
        return;
      case 'answer':
        this.#waiting.get(message.ticket)?.(message.answer);
        return;
      case 'figures':
        this.#onFigures(message.figures);
    }
  }

  #end(): void {
    this.#state = 'ended';
    for (const resolve of this.#waiting.values()) resolve(STOPPING);
  }
}

const FULL = errorReply('busy', 'too many requests wait for their answers', { retryAfterMs: 1000 });
const LATE = errorReply('busy', 'the coordinator has not answered in time', { retryAfterMs: 1000 });
const STARTING = errorReply('unavailable', 'the daemon is starting', { retryAfterMs: 1000 });
const STOPPING = errorReply('draining', 'the daemon is stopping', { retryAfterMs: 1000 });
