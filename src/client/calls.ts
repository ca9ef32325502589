/**
 * The calls that wait for an answer, each bounded in time and all bounded in number (P9).
 *
 * A call is sent again, with the same correlation frame and the same command id, after a reconnect,
 * and when an attempt got no answer for long. The daemon then sends its earlier answer again, or
 * the answer when it is ready (P7). Replies to ended calls are dropped.
 */
import { Fifo } from '../base/queues/fifo.ts';
import { authenticator } from './authenticator.ts';
import type { Outgoing } from './connection.ts';
import type { ClientOptions } from './options.ts';

/** An attempt without an answer for this long may be lost: the request is sent again. */
const ATTEMPT_MS = 10_000;

export interface Wanted {
  /** Built for each attempt, because it contains the time of that attempt. */
  readonly body: () => string;
  readonly timeoutMs: number;
  readonly answer: (reply: object) => void;
  /** No answer came within `timeoutMs`, counted from the time when the call was sent first. */
  readonly expire: () => void;
  readonly fail: (error: Error) => void;
}

interface PendingCall extends Outgoing {
  readonly options: Wanted;
  timer: NodeJS.Timeout | undefined;
}

/** The connection that sends the calls. */
export interface Wire {
  write(message: Outgoing): void;
  forget(message: Outgoing): void;
  /** The daemon there gives no answer: tries another address, if there is one. */
  leave(): void;
}

interface CallsOptions extends Pick<ClientOptions, 'inFlightMax' | 'token'> {
  /** The journal that requests name. */
  readonly journalId?: () => string | undefined;
}

export class Calls {
  readonly #wire: Wire;
  readonly #inFlightMax: number;
  readonly #authenticate: (request: string) => string;
  readonly #inFlight = new Map<string, PendingCall>();
  #waiting = new Fifo<Wanted>();
  #last = 0;
  /** The time of the latest reply. */
  #heardAt = 0;

  constructor(wire: Wire, { inFlightMax = 1024, token, journalId }: CallsOptions) {
    this.#inFlightMax = inFlightMax;
    this.#authenticate = authenticator(token, journalId);
    this.#wire = wire;
  }

  /** Number of calls that wait for a slot among those in flight. */
  get waiting(): number {
    return this.#waiting.size;
  }

  add(options: Wanted): void {
    if (this.#inFlight.size >= this.#inFlightMax) this.#waiting.push(options);
    else this.#begin(options);
  }

  /** Passes a reply to its call, if that still waits. */
  answer(correlation: string, reply: object): void {
    this.#heardAt = performance.now();
    this.#take(correlation)?.answer(reply);
  }

  fail(correlation: string, error: Error): void {
    this.#take(correlation)?.fail(error);
  }

  failAll(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = new Fifo();
    for (const correlation of this.#inFlight.keys()) this.fail(correlation, error);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next.fail(error);
  }

  /** The connection broke: requests without an answer may be lost. */
  loseSent(): void {
    for (const call of this.#inFlight.values()) if (call.fate === 'sent') call.fate = 'lost';
  }

  /** The connection is up again. */
  repeatLost(): void {
    for (const call of this.#inFlight.values()) if (call.fate === 'lost') this.#wire.write(call);
  }

  #begin(options: Wanted): void {
    this.#last += 1;
    const correlation = this.#last.toString(36);
    const call: PendingCall = {
      frames: () => this.#frames(correlation, options),
      fate: 'queued',
      options,
      timer: undefined,
    };
    this.#inFlight.set(correlation, call);
    this.#await(correlation, options.timeoutMs);
    this.#wire.write(call);
  }

  #frames(correlation: string, { body }: Wanted): readonly string[] | undefined {
    const request = body();
    try {
      return [correlation, this.#authenticate(request)];
    } catch (error) {
      this.fail(correlation, error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  #await(correlation: string, leftMs: number): void {
    const call = this.#inFlight.get(correlation);
    if (call === undefined) return;
    const attemptMs = Math.min(leftMs, ATTEMPT_MS);
    call.timer = setTimeout(() => {
      if (leftMs <= attemptMs) return this.#take(correlation)?.expire();
      if (performance.now() - this.#heardAt >= ATTEMPT_MS) this.#wire.leave();
      if (call.fate === 'sent') this.#wire.write(call);
      this.#await(correlation, leftMs - attemptMs);
    }, attemptMs);
  }

  /** Ends a call; the next waiting call gets its slot. */
  #take(correlation: string): Wanted | undefined {
    const call = this.#inFlight.get(correlation);
    if (call === undefined) return undefined;
    clearTimeout(call.timer);
    this.#wire.forget(call);
    this.#inFlight.delete(correlation);
    const next = this.#waiting.shift();
    if (next !== undefined) this.#begin(next);
    return call.options;
  }
}
