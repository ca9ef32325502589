/**
 * The door's end of the line to the coordinator: the same requests that clients send, and the same answers; and events,
 * while somebody listens. Bounded in number and time (P9). Whether the coordinator can be asked is known here without
 * asking it.
 */
import type {
  Call,
  Caller,
  CallReply,
  EventMessage,
  ToCoordinator,
  ToDoor,
} from '../channel/door-messages.ts';
import { type LineEnd, ThreadLine } from '../channel/thread-line.ts';
import { type ErrorReply, errorReply } from '../protocol/errors.ts';
import type { Figures } from '../protocol/figures.ts';

/** Of a call, beyond the wait for its command; of one for which nodes are asked. */
export const CALL_MS_MAX = 10_000;
export const SLOW_MS_MAX = 130_000;

/** A call as a route makes it. */
export interface Asked extends Pick<Call, 'text' | 'ops' | 'key'> {
  /** For which the answer may wait for the end of the command. */
  readonly waitMs: number;
  /** Nodes are asked for the answer. */
  readonly isSlow: boolean;
}

export interface Pending {
  /** Undefined after `leave`. */
  readonly reply: Promise<CallReply | undefined>;
  /** The client is gone. */
  readonly leave: () => void;
  /** Resolves when the coordinator is done with the call, which may be long after the reply or `leave`. */
  readonly ended: Promise<void>;
}

export interface CoordinatorLineOptions {
  readonly end: LineEnd;
  readonly onFigures: (figures: Figures) => void;
  readonly onEvent: (event: EventMessage) => void;
  /** The coordinator has ended: nothing more comes. */
  readonly onEnd: () => void;
  readonly onError: (error: unknown) => void;
}

export class CoordinatorLine {
  readonly #options: CoordinatorLineOptions;
  readonly #line: ThreadLine<ToCoordinator, ToDoor>;
  /** By ticket: takes the coordinator's reply. */
  readonly #calls = new Map<number, (reply: CallReply) => void>();
  #ticket = 0;
  /** `closed`: the coordinator has not begun yet. */
  #state: 'closed' | 'open' | 'ended' = 'closed';
  #topics: readonly string[] = [];
  /** For each `listen` that was sent, in order. */
  #listening: (() => void)[] = [];

  constructor(options: CoordinatorLineOptions) {
    this.#options = options;
    const { end, onError } = options;
    this.#line = new ThreadLine(end, {
      take: (message) => this.#take(message),
      onEnd: () => this.#end(),
      onError,
    });
  }

  /**
   * Sends a call for a client; the reply comes within a bounded time. The caller bounds the number of calls.
   *
   * @param caller who asks, as the gate has found
   */
  call({ waitMs, isSlow, ...asked }: Asked, caller: Caller): Pending {
    if (this.#state !== 'open') {
      const refusal = this.#state === 'ended' ? STOPPING : STARTING;
      return {
        reply: Promise.resolve(replyOf(refusal)),
        leave: () => {},
        ended: Promise.resolve(),
      };
    }
    const ticket = ++this.#ticket;
    const { promise, resolve } = Promise.withResolvers<CallReply | undefined>();
    const ended = Promise.withResolvers<void>();
    let isAnswered = false;
    const answer = (reply: CallReply | undefined): void => {
      isAnswered = true;
      clearTimeout(timer);
      resolve(reply);
    };
    this.#calls.set(ticket, (reply) => {
      this.#calls.delete(ticket);
      answer(reply);
      ended.resolve();
    });
    const stop = (): void => {
      if (waitMs > 0) this.#line.send({ kind: 'stop', ticket });
    };
    const end = (reply: CallReply | undefined): void => {
      if (isAnswered) return;
      stop();
      answer(reply);
    };
    const timeoutMs = isSlow ? SLOW_MS_MAX : CALL_MS_MAX;
    let timer = setTimeout(() => {
      if (waitMs === 0) return end(replyOf(LATE));
      stop();
      timer = setTimeout(() => end(replyOf(LATE)), timeoutMs);
    }, waitMs || timeoutMs);
    const waits = waitMs === 0 ? {} : { waits: true as const };
    this.#line.send({ kind: 'call', ticket, ...asked, caller, ...waits });
    return { reply: promise, leave: () => end(undefined), ended: ended.promise };
  }

  /**
   * Events of these topics, or that begin so, come from now on, and no others.
   *
   * @returns resolves when they do, or when the coordinator does not work
   */
  async listen(topics: readonly string[]): Promise<void> {
    this.#topics = topics;
    if (this.#state !== 'open') return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#listening.push(resolve);
    this.#line.send({ kind: 'listen', topics });
    await promise;
  }

  async close(): Promise<void> {
    await this.#line.close();
  }

  #take(message: ToDoor): void {
    switch (message.kind) {
      case 'open':
        this.#state = 'open';
        if (this.#topics.length > 0) void this.listen(this.#topics);
        return undefined;
      case 'reply':
        return this.#calls.get(message.ticket)?.(message);
      case 'listening':
        return this.#listening.shift()?.();
      case 'event':
        return this.#options.onEvent(message);
      case 'figures':
        return this.#options.onFigures(message.figures);
    }
  }

  #end(): void {
    this.#state = 'ended';
    for (const take of this.#calls.values()) take(replyOf(STOPPING));
    for (const resolve of this.#listening.splice(0)) resolve();
    this.#options.onEnd();
  }
}

/** An error of the door itself. */
function replyOf(answer: ErrorReply): CallReply {
  const { code, retryAfterMs } = answer.error;
  const more = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { ticket: 0, text: JSON.stringify(answer), code, ...more };
}

const LATE = errorReply('busy', 'the coordinator has not answered in time', { retryAfterMs: 1000 });
const STARTING = errorReply('unavailable', 'the daemon is starting', { retryAfterMs: 1000 });
const STOPPING = errorReply('draining', 'the daemon is stopping', { retryAfterMs: 1000 });
