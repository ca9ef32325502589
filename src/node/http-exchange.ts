/**
 * One HTTP exchange with one node: it waits for a connection, sends its owner's request over it, and ends with the
 * response, with a loss, or when its time is over. Its owner knows the request and the meaning of the response.
 *
 * The wait for a connection is no part of the request's timeout: a request has its whole time, however long it waited.
 * The wait itself is as long at most (P9), so that a command whose deadline passed meanwhile is not held much longer.
 *
 * There are three exchanges in every command, so there is no promise and no stream here, and the owner is one object
 * instead of a closure for each of its methods.
 */
import type { AfterPoll } from './after-poll.ts';
import type { Bulkhead, Waiter } from './bulkhead.ts';
import type { Connection, ResponseHandler } from './http/connection.ts';
import type { Loss } from './http/loss.ts';
import type { Response } from './http/response-reader.ts';

/** Calls `act` in so many ms, or soon after; the returned function cancels the call. */
export type After = (ms: number, act: () => void) => () => void;

/** The exchange has no readable response: nothing was sent (`unsent`), or the request may have arrived (`lost`). */
export interface Unanswered {
  readonly kind: 'unsent' | 'lost';
  readonly detail: string;
  /** See `Fault`. */
  readonly isTooLarge: boolean;
}

/** All exchanges of one kind with one node share these. */
export interface ExchangeMeans {
  /** Also the longest wait for a connection. */
  readonly requestTimeoutMs: number;
  readonly after: After;
  readonly afterPoll: AfterPoll;
  readonly pool: Bulkhead<Connection>;
}

/** Each method is called once at most, and `ended` exactly once. */
export interface ExchangeOwner<Read> {
  readonly answerBytesMax: number;
  /** See `Waiter`; absent: not urgent. */
  readonly isUrgent?: boolean;
  /** There is a connection: `ready` writes the request to it, now or when the owner has all of the request. */
  prepare?(ready: () => void): void;
  /** The request leaves as soon as there is a connection. */
  write(): string | Buffer;
  /** The response is complete. Called at once, while the connection is still in the processor's caches. */
  read(response: Response): Read;
  /** Called after the event loop has read all sockets. */
  ended(ending: Read | Unanswered): void;
}

export class HttpExchange<Read> implements ResponseHandler, Waiter<Connection> {
  readonly answerBytesMax: number;
  readonly isUrgent: boolean;
  slot: Connection | undefined;
  hasLeft = false;
  readonly #means: ExchangeMeans;
  readonly #owner: ExchangeOwner<Read>;
  /** Of the wait for a connection, then of the request. */
  #stopTimer: () => void;
  #startedAt: number | undefined;
  #isSent = false;
  #isOurs = false;
  /** It has a connection, and its owner does not have all of the request yet. */
  #isPreparing = false;
  #isOver = false;

  /** `begin` comes next. */
  constructor(means: ExchangeMeans, owner: ExchangeOwner<Read>) {
    this.answerBytesMax = owner.answerBytesMax;
    this.isUrgent = owner.isUrgent === true;
    this.#means = means;
    this.#owner = owner;
    this.#stopTimer = means.after(means.requestTimeoutMs, () => this.#expire());
  }

  begin(): void {
    this.#means.pool.enter(this);
  }

  /** By `performance.now()`, when it was given a connection. */
  get startedAt(): number | undefined {
    return this.#startedAt;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** This machine ran short of something: see `Loss`. */
  get isOurs(): boolean {
    return this.#isOurs;
  }

  start(connection: Connection): void {
    if (this.#isOver) return;
    this.#startedAt = performance.now();
    if (this.#owner.prepare === undefined) connection.carry(this.#owner.write(), this);
    else {
      this.#isPreparing = true;
      this.#owner.prepare(() => this.#carry(connection));
    }
  }

  #carry(connection: Connection): void {
    if (this.#isOver) return;
    this.#isPreparing = false;
    // The wait for the request is not the node's time.
    this.#startedAt = performance.now();
    connection.carry(this.#owner.write(), this);
  }

  giveUp(reason: string, isOurs = false): void {
    if (this.#isOver) return;
    this.onLost({ detail: reason, isOurs });
    this.slot?.abandon(this);
  }

  onSent(): void {
    this.#isSent = true;
  }

  onAnswer(response: Response): void {
    // First, so that the next in the queue has the connection as soon as it is free.
    this.#means.pool.leave(this);
    this.#end(this.#owner.read(response));
  }

  onLost({ detail, isOurs, isTooLarge = false }: Loss): void {
    this.#isOurs = isOurs;
    this.#end({ kind: this.#isSent ? 'lost' : 'unsent', detail, isTooLarge });
  }

  /** The timer of the wait: most requests end before it, so that they need no second one. */
  #expire(): void {
    const { requestTimeoutMs, after } = this.#means;
    if (this.#startedAt === undefined) {
      return this.giveUp(`no free connection within ${requestTimeoutMs} ms`);
    }
    const leftMs = this.#startedAt + requestTimeoutMs - performance.now();
    if (leftMs >= 1) {
      this.#stopTimer = after(leftMs, () => this.#expire());
      return;
    }
    if (this.#isPreparing) {
      return this.giveUp(
        `its record was not read from the journal in ${requestTimeoutMs} ms`,
        true,
      );
    }
    const giveUp = () => this.giveUp(`no answer within ${requestTimeoutMs} ms`);
    // A process that was stopped finds its timers due before it has read the responses in its sockets: read them
    // first. A request that has not left must not leave now.
    if (this.#isSent) setImmediate(giveUp);
    else giveUp();
  }

  #end(ending: Read | Unanswered): void {
    this.#isOver = true;
    this.#means.afterPoll.add(() => {
      this.#stopTimer();
      this.#means.pool.leave(this);
      this.#owner.ended(ending);
    });
  }
}
