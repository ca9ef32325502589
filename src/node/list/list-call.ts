/** One call for a page of keys, over a connection that the calls of the core do not use. */
import type { Codec } from '../dialect/codec.ts';
import { describeReply } from '../dialect/last-response.ts';
import type { Response } from '../http/response-reader.ts';
import {
  type ExchangeMeans,
  type ExchangeOwner,
  HttpExchange,
  type Unanswered,
} from '../http-exchange.ts';

export interface ListMeans extends ExchangeMeans {
  readonly codec: Codec;
}

interface ListAsked {
  readonly path: string;
  readonly bytesMax: number;
}

interface ListReply {
  resolve(page: Response): void;
  reject(error: Error): void;
}

/** A node that knows no such call answers so: its API has no list. */
const UNLISTED_STATUSES = [405, 501];

/** The node answered, but not with a page. */
export class NotListed extends Error {
  override readonly name = 'NotListed';
  /** The node will never answer with a page. */
  readonly isUnlisted: boolean;

  constructor(response: Response, redact: (text: string) => string) {
    super(describeReply(response, redact));
    this.isUnlisted = UNLISTED_STATUSES.includes(response.status);
  }
}

export class ListCall implements ExchangeOwner<Response> {
  readonly answerBytesMax: number;
  readonly #codec: Codec;
  readonly #path: string;
  readonly #reply: ListReply;

  constructor(means: ListMeans, { path, bytesMax }: ListAsked, reply: ListReply) {
    this.answerBytesMax = bytesMax;
    this.#codec = means.codec;
    this.#path = path;
    this.#reply = reply;
    new HttpExchange(means, this).begin();
  }

  write(): string {
    return this.#codec.writeList(this.#path);
  }

  read(response: Response): Response {
    return response;
  }

  ended(ending: Response | Unanswered): void {
    if ('kind' in ending) this.#reply.reject(new Error(ending.detail));
    else if (ending.status === 200) this.#reply.resolve(ending);
    else this.#reply.reject(new NotListed(ending, (text) => this.#codec.redact(text)));
  }
}
