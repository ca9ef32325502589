/** One call outside of all commands: the response as it came, beside what the dialect takes it for. */
import type { NodeReply, NodeRequest } from '../core/model.ts';
import type { Codec, Subject } from './dialect/codec.ts';
import type { Response } from './http/response-reader.ts';
import {
  type ExchangeMeans,
  type ExchangeOwner,
  HttpExchange,
  type Unanswered,
} from './http-exchange.ts';

export interface RawMeans extends ExchangeMeans {
  readonly codec: Codec;
  readonly answerBytesMax: number;
}

export interface RawReply {
  readonly kind: 'answered';
  readonly response: Response;
  readonly reply: NodeReply;
}

interface RawAsked {
  readonly request: NodeRequest;
  readonly subject: Subject;
}

export class RawCall implements ExchangeOwner<RawReply> {
  readonly answerBytesMax: number;
  readonly #codec: Codec;
  readonly #asked: RawAsked;
  readonly #done: (ending: RawReply | Unanswered) => void;

  constructor(means: RawMeans, asked: RawAsked, done: (ending: RawReply | Unanswered) => void) {
    this.answerBytesMax = means.answerBytesMax;
    this.#codec = means.codec;
    this.#asked = asked;
    this.#done = done;
    new HttpExchange(means, this).begin();
  }

  write(): string | Buffer {
    return this.#codec.write(this.#asked.request, this.#asked.subject);
  }

  read(response: Response): RawReply {
    const { request, subject } = this.#asked;
    const reply = this.#codec.read(request, subject, response);
    return { kind: 'answered', response, reply };
  }

  ended(ending: RawReply | Unanswered): void {
    this.#done(ending);
  }
}
