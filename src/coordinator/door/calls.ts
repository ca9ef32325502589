/**
 * The calls of HTTP clients in the coordinator: each becomes a request like those of ZeroMQ, with the same errors, the
 * same idempotency (P7) and admission. The door bounds their number, their bytes and their time (P9).
 */
import { Fifo } from '../../base/queues/fifo.ts';
import type { Call, CallReply } from '../../channel/door-messages.ts';
import { isSettled } from '../../core/transitions.ts';
import type { Log } from '../../observe/log/log-port.ts';
import { type Answer, type CommandAnswer, isError } from '../../protocol/answer.ts';
import type { ErrorCode, ErrorReply } from '../../protocol/errors.ts';
import type { Figures } from '../../protocol/figures.ts';
import type { Request } from '../../protocol/request.ts';
import type { Respond } from '../ports.ts';
import { answerText } from '../requests/answer-text.ts';
import type { ReadRequest } from '../sockets/read-request.ts';
import { Refusals } from '../sockets/refusals.ts';
import { readCall } from './read-call.ts';
import { Waits } from './waits.ts';

/** The name of the door in the trail of acts. */
const DOOR = 'http';

/** As of the clients' socket. */
const READING_MS_MAX = 5;

export interface CallsOptions {
  readonly log: Log;
  /** The daemon has enough to do: nothing is read for now. */
  readonly isFull: () => boolean;
  /** The clock that clients see, ms. */
  readonly clientNow: () => number;
  readonly onRequest: (request: Request, respond: Respond) => void;
  readonly reply: (reply: CallReply) => void;
}

export class Calls {
  readonly #options: CallsOptions;
  readonly #refusals: Refusals;
  readonly #errors: Partial<Record<ErrorCode, number>> = {};
  readonly #unread = new Fifo<Call>();
  #isReading = false;
  /** By ticket. */
  readonly #underWay = new Map<number, Waits>();

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#refusals = new Refusals(options.log);
  }

  /** Answers that were errors, by code. */
  get errors(): Figures['errors'] {
    return { ...this.#errors };
  }

  /** Replies once. */
  take(call: Call): void {
    this.#underWay.set(call.ticket, new Waits(call.waits !== true));
    this.#unread.push(call);
    if (this.#isReading) return;
    this.#isReading = true;
    queueMicrotask(this.#read);
  }

  /** Reads for a bounded time, and no more than the daemon has room for, before the event loop of the thread turns. */
  readonly #read = (): void => {
    const until = performance.now() + READING_MS_MAX;
    for (let call = this.#next(); call !== undefined; call = this.#next()) {
      this.#ask(call);
      if (performance.now() >= until) break;
    }
    this.#isReading = this.#unread.size > 0;
    if (this.#isReading) setImmediate(this.#read);
  };

  #next(): Call | undefined {
    return this.#options.isFull() ? undefined : this.#unread.shift();
  }

  #ask(call: Call): void {
    const { ticket, caller, text } = call;
    const read = readCall(call);
    const answer = (given: Answer): void => {
      this.#underWay.delete(ticket);
      this.#reply(ticket, given);
    };
    const bytes = text.length;
    const respond: Respond = Object.assign(answer, { ...caller, bytes, door: DOOR });
    if (!read.ok) return this.#refuse(read, respond);
    const { request } = read;
    // A question about a command that does not wait is one like that of a ZeroMQ client.
    const isLook = request.op === 'status' && call.waits !== true;
    const more = isLook
      ? {}
      : { waits: (stop: () => void) => this.#underWay.get(ticket)?.add(stop) };
    return this.#options.onRequest(request, Object.assign(respond, more));
  }

  /** The client has waited long enough, or is gone. */
  stop(ticket: number): void {
    this.#underWay.get(ticket)?.stop();
  }

  /** An act that a known client may not do is noted before it is answered; a flood of them is not (P9). */
  #refuse({ reply, refused }: Extract<ReadRequest, { ok: false }>, respond: Respond): void {
    if (refused === undefined || !this.#refusals.mayNote(refused.principal.name)) {
      return respond(reply);
    }
    return this.#options.onRequest(
      refused.request,
      Object.assign(respond, { principal: refused.principal, refusal: reply }),
    );
  }

  #reply(ticket: number, answer: Answer): void {
    const at = Math.floor(this.#options.clientNow());
    const text = answerText(answer, at);
    const reply = replyAbout(answer);
    if (isError(answer)) this.#countError(answer);
    if (typeof text === 'string') return this.#options.reply({ ticket, text, ...reply });
    void text.then((whole) => this.#options.reply({ ticket, text: whole, ...reply }));
    return undefined;
  }

  #countError(reply: ErrorReply): void {
    const { code } = reply.error;
    this.#errors[code] = (this.#errors[code] ?? 0) + 1;
    if (code === 'unauthorised') this.#refusals.note(reply);
  }
}

/** What the door learns of an answer without reading it. */
function replyAbout(answer: Answer): Omit<CallReply, 'ticket' | 'text'> {
  if (!isError(answer)) return aboutCommands(answer);
  const { code, retryAfterMs } = answer.error;
  return { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function aboutCommands(
  answer: Exclude<Answer, { error: object }>,
): Omit<CallReply, 'ticket' | 'text'> {
  if ('results' in answer) {
    return answer.results.some((one) => !isError(one) && isOpen(one)) ? { isOpen: true } : {};
  }
  if (!('groupId' in answer) || 'dryRun' in answer) return {};
  const { id } = answer;
  return isOpen(answer) ? { id, isOpen: true } : { id };
}

function isOpen({ state }: CommandAnswer): boolean {
  return !isSettled(state);
}
