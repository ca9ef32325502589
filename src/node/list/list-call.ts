/** One page of keys on its way: as a call, over a connection that calls do not need. */
import type { AfterPoll } from '../after-poll.ts';
import type { Bulkhead } from '../bulkhead.ts';
import type { Codec } from '../dialect/codec.ts';
import type { Connection } from '../http/connection.ts';
import type { Response } from '../http/response-reader.ts';
import { HttpExchange, type Unanswered } from '../http-exchange.ts';
import type { After } from '../node-call.ts';

export interface ListHost {
  readonly requestTimeoutMs: number;
  readonly after: After;
  readonly wording: Codec;
  readonly aside: Bulkhead<Connection>;
  readonly afterReads: AfterPoll;
}

interface ListAsked {
  readonly path: string;
  readonly bytesMax: number;
}

interface ListReply {
  resolve(page: Response): void;
  reject(error: Error): void;
}

/** How a node says that it knows no such call: its API has no list. */
const UNLISTED_STATUSES = [405, 501];

/** The node answered, but not with a page. */
export class NotListed extends Error {
  override readonly name = 'NotListed';
  /** It never will. */
  readonly isUnlisted: boolean;

  constructor({ status }: Pick<Response, 'status'>, body: string) {
    super(`${status} ${body.slice(0, 100)}`);
    this.isUnlisted = UNLISTED_STATUSES.includes(status);
  }
}

export class ListCall extends HttpExchange<Response> {
  readonly answerBytesMax: number;
  readonly #host: ListHost;
  readonly #path: string;
  readonly #reply: ListReply;
  readonly #stopTimer: () => void;

  constructor(host: ListHost, { path, bytesMax }: ListAsked, reply: ListReply) {
    super(host.afterReads);
    this.answerBytesMax = bytesMax;
    this.#host = host;
    this.#path = path;
    this.#reply = reply;
    const { after, requestTimeoutMs } = host;
    this.#stopTimer = after(requestTimeoutMs, () =>
      this.giveUp(`timeout: no answer within ${requestTimeoutMs} ms`),
    );
    host.aside.enter(this);
  }

  start(connection: Connection): void {
    if (!this.isOver) connection.carry(this.#host.wording.writeList(this.#path), this);
  }

  protected read(answer: Response): Response {
    return answer;
  }

  protected ended(ending: Response | Unanswered): void {
    this.#stopTimer();
    this.#host.aside.leave(this);
    if ('kind' in ending) this.#reply.reject(new Error(ending.detail));
    else if (ending.status === 200) this.#reply.resolve(ending);
    else this.#reply.reject(new NotListed(ending, this.#host.wording.redact(ending.body)));
  }
}
