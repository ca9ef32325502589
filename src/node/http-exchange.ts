/**
 * One HTTP exchange with one node, without a promise and without a stream: there are three of them in
 * every command.
 *
 * Whatever happens, `ended` hears of it once: an answer that was read to its end as `read` reads it,
 * everything else as `unsent` (nothing was written) or `lost` (something may have been).
 */
import type { AfterPoll } from './after-poll.ts';
import type { Waiter } from './bulkhead.ts';
import type { Connection, ResponseHandler } from './http/connection.ts';
import type { Loss } from './http/loss.ts';
import type { Response } from './http/response-reader.ts';

/** Nothing was written, or there is no telling what was read. */
export interface Unanswered {
  readonly kind: 'unsent' | 'lost';
  readonly detail: string;
}

export abstract class HttpExchange<Read> implements ResponseHandler, Waiter<Connection> {
  abstract readonly answerBytesMax: number;
  slot: Connection | undefined;
  hasLeft = false;
  readonly #afterReads: AfterPoll;
  #isSent = false;
  #isOurs = false;
  #isOver = false;

  constructor(afterReads: AfterPoll) {
    this.#afterReads = afterReads;
  }

  /** Has its place. */
  abstract start(connection: Connection): void;
  /** Called at once, while its connection is still warm. */
  protected abstract read(answer: Response): Read;
  /** Called once the sockets have been read. */
  protected abstract ended(ending: Read | Unanswered): void;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Its request may have been read. */
  protected get isSent(): boolean {
    return this.#isSent;
  }

  /** This machine ran short of something: see `Loss`. */
  protected get isOurs(): boolean {
    return this.#isOurs;
  }

  /** Gives the exchange up. */
  protected giveUp(why: string): void {
    if (this.#isOver) return;
    this.onLost({ detail: why, isOurs: false });
    this.slot?.abandon(this);
  }

  onSent(): void {
    this.#isSent = true;
  }

  onAnswer(answer: Response): void {
    this.#end(this.read(answer));
  }

  onLost({ detail, isOurs }: Loss): void {
    this.#isOurs = isOurs;
    this.#end({ kind: this.#isSent ? 'lost' : 'unsent', detail });
  }

  #end(ending: Read | Unanswered): void {
    this.#isOver = true;
    this.#afterReads.add(() => this.ended(ending));
  }
}
