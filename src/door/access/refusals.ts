/**
 * Requests that the operators' port refuses: answered, counted for the metrics, and logged, however many there are,
 * once in ten seconds (P10).
 */
import type { IncomingMessage } from 'node:http';
import { Seldom } from '../../base/seldom.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { ErrorReply } from '../../protocol/errors.ts';

/** `host`: it names another server; `origin`: a foreign web page; `token`: none, or a wrong one; `role`: not enough. */
export type RefusalKind = 'host' | 'origin' | 'token' | 'role';

export interface Refusal {
  readonly kind: RefusalKind;
  readonly status: 400 | 401 | 403 | 421;
  readonly headers?: Readonly<Record<string, string>>;
  /** Holds no token. */
  readonly reply: ErrorReply;
}

export class Refusals {
  readonly #log: Log;
  readonly #counts: Record<RefusalKind, number> = { host: 0, origin: 0, token: 0, role: 0 };
  readonly #lines = new Seldom();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Since the start. */
  get counts(): Readonly<Record<RefusalKind, number>> {
    return this.#counts;
  }

  note({ kind, status, reply }: Refusal, { socket }: IncomingMessage): void {
    this.#counts[kind]++;
    const count = this.#lines.take();
    if (count === 0) return;
    const from = socket.remoteAddress ?? 'a closed connection';
    const seen = { status, reason: reply.error.message, from, count };
    this.#log.warn("requests to the operators' port were refused", seen);
  }
}
