/**
 * The clients' socket. A request is the last frame; every frame before it is the client's own (a REQ socket's
 * delimiter, a DEALER's correlation) and goes back untouched.
 *
 * Each request is checked for its sender (`read-request.ts`).
 *
 * Bounds (P9): a request larger than `frameBytesMax`, or with too many frames before it, is answered
 * `too_large`. When the backlog of the daemon is long, the socket is not read, and ZeroMQ holds the senders
 * back. A client that does not read its replies is cut (`replies.ts`). The socket is read for a bounded time
 * before the event loop of the thread turns.
 *
 * TCP finds a client that vanished, and its connection is closed.
 */

import type { Router } from 'zeromq';
import { Seldom } from '../../base/seldom.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { Answer } from '../../protocol/answer.ts';
import { type ErrorCode, errorReply } from '../../protocol/errors.ts';
import type { Figures } from '../../protocol/figures.ts';
import type { Request } from '../../protocol/request.ts';
import type { Respond } from '../ports.ts';
import { answerText } from '../requests/answer-text.ts';
import { Envelopes } from './envelopes.ts';
import { LIVELINESS } from './liveliness.ts';
import { type Reading, type ReadRequest, readRequest } from './read-request.ts';
import { Refusals } from './refusals.ts';
import { Replies } from './replies.ts';
import { clientOf } from './unread.ts';
import { doorOptions } from './zap.ts';

const FULL = errorReply('busy', 'too many requests wait for their answers', { retryAfterMs: 1000 });
/** The binding hands out hundreds of messages that have arrived before the loop turns. */
const READING_MS_MAX = 5;
/** Frames before a request: a correlation, and two for each proxy on the way. */
const ENVELOPE_FRAMES_MAX = 32;
const ENVELOPE_BYTES_MAX = 1024;
/** A frame up to so many times `frameBytesMax` is read, and answered `too_large`. */
const FRAME_FACTOR_MAX = 4;
/** Their answers may take as long as a deadline, or longer. */
const COMMANDS: ReadonlySet<Request['op']> = new Set(['create', 'delete', 'batch']);
const ENVELOPE_HINT =
  'The frames in front of a request only identify its answer: a counter is enough.';

/** Settings of the ROUTER; the bounds above depend on them. @param secretKey of the server, for CURVE */
export const clientOptions = (frameBytesMax: number, secretKey?: string) => ({
  ...doorOptions('commands', secretKey),
  linger: 500,
  ...LIVELINESS,
  mandatory: true,
  /** A peer that claims the routing id of another one, which any may, would get its answers. */
  handover: false,
  /** 0: a reply that cannot be queued at once is refused at once. */
  sendTimeout: 0,
  /**
   * Replies that ZeroMQ holds for a client that does not read; further ones are held in `replies.ts`. A lower
   * mark slows bursts down: 1,000 replies to one client took 7 ms at 256, 12 at 128, 32 at 64 (November 2026).
   */
  sendHighWaterMark: 256,
  /** The same for requests that the daemon has not read: of the largest ones, ZeroMQ has 256 MiB of one client. */
  receiveHighWaterMark: 64,
  /** ZeroMQ closes the connection above this; below it the client gets an answer. */
  maxMessageSize: FRAME_FACTOR_MAX * frameBytesMax,
});

export interface ClientSocketOptions extends Reading {
  readonly router: Router;
  readonly log: Log;
  /** The daemon has enough to do: nothing is read for now. */
  readonly isFull: () => boolean;
  /** The clock that clients see, ms. */
  readonly clientNow: () => number;
  readonly onRequest: (request: Request, respond: Respond) => void;
  /** An act that this client may not do: `respond` has the refusal. Absent: it is only answered. */
  readonly onRefused?: (request: Request, respond: Respond) => void;
  /** The socket failed. */
  readonly onError: (error: unknown) => void;
}

export class ClientSocket {
  readonly #options: ClientSocketOptions;
  readonly #errors: Partial<Record<ErrorCode, number>> = {};
  readonly #envelopes = new Envelopes();
  /** Long answers whose text is being written. */
  readonly #written = new Set<Promise<void>>();
  readonly #refusals: Refusals;
  #router: Router;
  #replies: Replies;
  #isLeaving = false;
  #dropped = 0;
  #cut = 0;
  readonly #lines = new Seldom();

  constructor(options: ClientSocketOptions) {
    this.#options = options;
    this.#refusals = new Refusals(options.log);
    this.#router = options.router;
    this.#replies = this.#repliesOf(options.router);
  }

  /** Reads no further message: `receive` ends with the next one. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** Goes on with another socket: the old one is closed. */
  replace(router: Router): void {
    this.#isLeaving = false;
    this.#router = router;
    this.#replies = this.#repliesOf(router);
  }

  #repliesOf(router: Router): Replies {
    return new Replies({
      router,
      onDropped: (count, code) => this.#countDropped(count, code),
      onCut: () => {
        this.#cut++;
      },
      onError: this.#options.onError,
    });
  }

  /** Reads until the socket is closed or left. */
  async receive(): Promise<void> {
    const isFull = (): boolean => this.#options.isFull() || this.#replies.isFull;
    let until = performance.now() + READING_MS_MAX;
    for await (const frames of this.#router) {
      this.#take(frames);
      if (this.#isLeaving) return;
      if (performance.now() < until && !isFull()) continue;
      do await new Promise(setImmediate);
      while (isFull() && !this.#isLeaving);
      until = performance.now() + READING_MS_MAX;
    }
  }

  /** Answers that were errors, by code, replies that could not be delivered, and clients that were cut. */
  get counts(): Pick<Figures, 'errors' | 'repliesDropped' | 'clientsCut'> {
    const errors = { ...this.#errors };
    return { errors, repliesDropped: this.#dropped, clientsCut: this.#cut };
  }

  /** Resolves when every reply so far is with ZeroMQ, or its client does not read. */
  async flushed(): Promise<void> {
    await Promise.all(this.#written);
    await this.#replies.flushed();
  }

  #take(frames: readonly Buffer[]): void {
    const envelope = frames.slice(0, -1);
    if (this.#replies.isCut(envelope)) return undefined;
    const fault = envelopeFault(envelope);
    if (fault !== undefined) {
      const reply = errorReply('too_large', fault, { hint: ENVELOPE_HINT });
      return this.#reply(this.#replies, beginningOf(envelope), reply);
    }
    const request = frames[frames.length - 1] ?? Buffer.alloc(0);
    const bytes = request.length;
    const client = clientOf(envelope);
    const replies = this.#replies;
    const read = readRequest(request, this.#options);
    const isSoon = !read.ok || !COMMANDS.has(read.request.op);
    if (!this.#envelopes.hold(client, envelope, isSoon)) {
      return this.#reply(replies, envelope, FULL);
    }
    const forget = (): void => this.#envelopes.release(client, envelope);
    const reply = (answer: Answer): void => {
      forget();
      this.#reply(replies, envelope, answer);
    };
    const respond: Respond = Object.assign(reply, { envelope, client, bytes, forget });
    if (!read.ok) return this.#refuse(read, respond);
    const { principal } = read;
    return this.#options.onRequest(read.request, Object.assign(respond, { principal }));
  }

  /** An act that a known client may not do is noted before it is answered; a flood of them is not (P9). */
  #refuse({ reply, refused }: Extract<ReadRequest, { ok: false }>, respond: Respond): void {
    const { onRefused } = this.#options;
    if (refused === undefined || onRefused === undefined) return respond(reply);
    const { request, principal } = refused;
    if (!this.#refusals.mayNote(principal.name)) return respond(reply);
    return onRefused(request, Object.assign(respond, { principal, refusal: reply }));
  }

  #reply(replies: Replies, envelope: readonly Buffer[], answer: Answer): void {
    const at = Math.floor(this.#options.clientNow());
    // A client that has named itself may be back on another socket; ids that ZeroMQ gives mean another client there.
    const isNamed = envelope[0]?.[0] !== 0;
    const push = (text: string) => (isNamed ? this.#replies : replies).push(envelope, text);
    const text = answerText(answer, at);
    if (typeof text === 'string') push(text);
    else this.#pushLater(text, push);
    if (!('error' in answer)) return;
    this.#countError(answer.error.code);
    if (answer.error.code === 'unauthorised') this.#refusals.note(answer);
  }

  #pushLater(text: Promise<string>, push: (text: string) => void): void {
    const written = text.then(push).finally(() => this.#written.delete(written));
    this.#written.add(written);
  }

  #countDropped(count: number, code: string): void {
    this.#dropped += count;
    if (this.#lines.take() === 0) return;
    const seen = { dropped: this.#dropped, cut: this.#cut, code };
    this.#options.log.warn('replies could not be delivered', seen);
  }

  #countError(code: ErrorCode): void {
    this.#errors[code] = (this.#errors[code] ?? 0) + 1;
  }
}

function envelopeFault(envelope: readonly Buffer[]): string | undefined {
  // The routing id comes from the socket, not from the client.
  const frames = envelope.length - 1;
  if (frames > ENVELOPE_FRAMES_MAX) {
    return `${frames} frames in front of the request; at most ${ENVELOPE_FRAMES_MAX} are read`;
  }
  const bytes = bytesOf(envelope) - (envelope[0]?.length ?? 0);
  if (bytes <= ENVELOPE_BYTES_MAX) return undefined;
  return `${bytes} bytes in front of the request; at most ${ENVELOPE_BYTES_MAX} are read`;
}

/** The part of the envelope that is within the bounds. */
function beginningOf(envelope: readonly Buffer[]): readonly Buffer[] {
  const [routingId = Buffer.alloc(0)] = envelope;
  let bytes = 0;
  // Cut first: a message may have a million frames.
  const kept = envelope.slice(1, 1 + ENVELOPE_FRAMES_MAX).filter((frame) => {
    bytes += frame.length;
    return bytes <= ENVELOPE_BYTES_MAX;
  });
  return [routingId, ...kept];
}

function bytesOf(frames: readonly Buffer[]): number {
  let bytes = 0;
  for (const frame of frames) bytes += frame.length;
  return bytes;
}
