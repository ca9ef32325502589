/** One call of the core to a node: its request in the dialect's words, and the meaning of the response. */
import type { HealthSignal } from '../core/breaker/breaker.ts';
import type { NodeReply, NodeRequest } from '../core/model.ts';
import type { Codec, Subject } from './dialect/codec.ts';
import { shorten } from './dialect/last-response.ts';
import { healthSignalOf } from './health-signal.ts';
import type { Response } from './http/response-reader.ts';
import {
  type ExchangeMeans,
  type ExchangeOwner,
  HttpExchange,
  type Unanswered,
} from './http-exchange.ts';

/** See `NodePort.exchange`. */
export type Done = (answer: NodeReply, healthSignal: HealthSignal, tookMs: number) => void;

/** The calls of one node share these. */
export interface NodeCallMeans extends ExchangeMeans {
  readonly answerBytesMax: number;
  readonly codec: Codec;
  /** Called at the end of every call. @param tookMs the node's own time; undefined: it had no connection */
  readonly count: (request: NodeRequest, answer: NodeReply, tookMs: number | undefined) => void;
}

const RENEWED: NodeReply = {
  kind: 'unsent',
  detail: '401, and the credentials have changed since',
};

export class NodeCall implements ExchangeOwner<NodeReply> {
  readonly answerBytesMax: number;
  readonly isUrgent: boolean;
  readonly #means: NodeCallMeans;
  #request: NodeRequest;
  readonly #subject: Subject;
  readonly #done: Done;
  readonly #exchange: HttpExchange<NodeReply>;
  /** The dialect has changed since the command was accepted: its record no longer fits. */
  readonly #misfit: string | undefined;
  #status: number | undefined;
  #version = 0;
  #isGivenUp = false;

  /** @param done called once, and not before this returns */
  constructor(
    means: NodeCallMeans,
    { request, subject }: { request: NodeRequest; subject: Subject },
    done: Done,
  ) {
    this.answerBytesMax = means.answerBytesMax;
    this.isUrgent = subject.isUrgent === true;
    this.#means = means;
    this.#request = request;
    this.#subject = subject;
    this.#done = done;
    this.#exchange = new HttpExchange(means, this);
    this.#misfit = means.codec.misfitOf(request, subject);
    if (this.#misfit === undefined) this.#exchange.begin();
    else this.abort();
  }

  /** The caller gives the call up. */
  abort(): void {
    this.#isGivenUp = !this.#exchange.isOver;
    this.#exchange.giveUp('given up');
  }

  /** A body from the journal is in memory from here to the end of the call, so connections bound their number. */
  prepare(ready: () => void): void {
    const request = this.#request;
    if (request.kind !== 'create' || request.stored === undefined) return ready();
    const { fetch } = this.#subject;
    if (fetch === undefined) throw new Error(`no body for ${this.#subject.groupId}`);
    fetch((body) => {
      this.#request = { ...request, body };
      ready();
    });
  }

  write(): string | Buffer {
    const { codec } = this.#means;
    const text = codec.write(this.#request, this.#subject);
    this.#version = codec.version;
    return text;
  }

  read(response: Response): NodeReply {
    this.#status = response.status;
    const { codec } = this.#means;
    // The request did nothing, and its credentials have changed since: it is sent again.
    if (response.status === 401 && codec.isRenewed(this.#version)) return RENEWED;
    return codec.read(this.#request, this.#subject, response);
  }

  ended(ending: NodeReply | Unanswered): void {
    const reply = 'isTooLarge' in ending ? this.#unanswered(ending) : ending;
    const { startedAt, isOurs } = this.#exchange;
    const isStarted = startedAt !== undefined;
    const course = { status: this.#status, isStarted, isOurs, isGivenUp: this.#isGivenUp };
    // The wait for a connection is not the node's time.
    const tookMs = isStarted ? performance.now() - startedAt : undefined;
    this.#means.count(this.#request, reply, tookMs);
    this.#done(reply, healthSignalOf(reply, course), tookMs ?? 0);
  }

  #unanswered({ kind, detail, isTooLarge }: Unanswered): NodeReply {
    if (this.#misfit !== undefined) {
      return { kind: 'refused', detail: shorten(`not sent: ${this.#misfit}`) };
    }
    if (!isTooLarge || this.#request.kind !== 'read') return { kind, detail };
    return {
      kind: 'malformed',
      detail: `${detail}: see limits.answerBytes of the dialect or node`,
    };
  }
}
