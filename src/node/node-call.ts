/**
 * One exchange on its way: into the bulkhead, over the connection it is given there, to its answer
 * or until its time is over. It is all that is made of one, for there are three in every command.
 */
import type { HealthSignal } from '../core/breaker.ts';
import type { NodeReply, NodeRequest } from '../core/model.ts';
import type { AfterPoll } from './after-poll.ts';
import type { Bulkhead } from './bulkhead.ts';
import type { Codec, Subject } from './dialect/codec.ts';
import { healthSignalOf } from './health-signal.ts';
import type { Connection } from './http/connection.ts';
import type { Response } from './http/response-reader.ts';
import { HttpExchange } from './http-exchange.ts';

/** See `NodePort.exchange`. */
export type Done = (answer: NodeReply, sign: HealthSignal, tookMs: number) => void;

/** Calls `act` in so many ms, or soon after; what it returns cancels that. */
export type After = (ms: number, act: () => void) => () => void;

/** What the calls of one node share. */
export interface NodeCallHost {
  readonly requestTimeoutMs: number;
  readonly answerBytesMax: number;
  readonly after: After;
  readonly wording: Codec;
  readonly bulkhead: Bulkhead<Connection>;
  readonly afterReads: AfterPoll;
  /** Every call has ended so. */
  count(request: NodeRequest, answer: NodeReply): void;
}

/** Sent with less time left, a request would only come to be in doubt: it is not sent any more. */
const LEAST_MS = 10;

const RENEWED: NodeReply = {
  kind: 'unsent',
  detail: '401, and the credentials have changed since',
};

export class NodeCall extends HttpExchange<NodeReply> {
  readonly answerBytesMax: number;
  readonly #host: NodeCallHost;
  readonly #request: NodeRequest;
  readonly #subject: Subject;
  readonly #done: Done;
  readonly #askedAt = performance.now();
  readonly #stopTimer: () => void;
  #startedAt: number | undefined;
  #status: number | undefined;
  #version = 0;
  #isGivenUp = false;

  /** @param done called once, and not before this returns */
  constructor(
    host: NodeCallHost,
    { request, subject }: { request: NodeRequest; subject: Subject },
    done: Done,
  ) {
    super(host.afterReads);
    this.answerBytesMax = host.answerBytesMax;
    this.#host = host;
    this.#request = request;
    this.#subject = subject;
    this.#done = done;
    this.#stopTimer = host.after(host.requestTimeoutMs, () => this.#expire());
    host.bulkhead.enter(this);
  }

  start(connection: Connection): void {
    const { requestTimeoutMs, wording } = this.#host;
    const now = performance.now();
    const leastMs = Math.min(LEAST_MS, requestTimeoutMs / 10);
    if (this.isOver || now - this.#askedAt > requestTimeoutMs - leastMs) return;
    this.#startedAt = now;
    const written = wording.write(this.#request, this.#subject);
    this.#version = wording.version;
    connection.carry(written, this);
  }

  /** Its caller gives it up. */
  abort(): void {
    this.#isGivenUp = !this.isOver;
    this.giveUp('given up');
  }

  #expire(): void {
    const giveUp = () => this.giveUp(`no answer within ${this.#host.requestTimeoutMs} ms`);
    // A process that was stopped finds its timers due and the answers in its sockets, in that
    // order: those are read before anything is given up. What has not left must not any more.
    if (this.isSent) setImmediate(giveUp);
    else giveUp();
  }

  protected read(answer: Response): NodeReply {
    this.#status = answer.status;
    // Now, so that whoever waits for the connection has it as soon as it is free.
    this.#host.bulkhead.leave(this);
    const { wording } = this.#host;
    // It did nothing, and what it was sent with has changed meanwhile: it is asked again.
    if (answer.status === 401 && wording.isRenewed(this.#version)) return RENEWED;
    return wording.read(this.#request, this.#subject.groupId, answer);
  }

  protected ended(answer: NodeReply): void {
    this.#stopTimer();
    this.#host.bulkhead.leave(this);
    this.#host.count(this.#request, answer);
    const isStarted = this.#startedAt !== undefined;
    const { isOurs } = this;
    const course = { status: this.#status, isStarted, isOurs, isGivenUp: this.#isGivenUp };
    // The wait in our own bulkhead is none of the node's time.
    const tookMs = this.#startedAt === undefined ? 0 : performance.now() - this.#startedAt;
    this.#done(answer, healthSignalOf(answer, course), tookMs);
  }
}
