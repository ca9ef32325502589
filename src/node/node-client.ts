/**
 * The client of one node: connections, a bulkhead before them, a timeout around each exchange, the
 * dialect's words on both ends.
 *
 * It retries nothing and remembers nothing of a command: that is the core's.
 */
import type { Answer, AnswerKind, Request } from '../core/model.ts';
import type { NodeReport } from '../protocol/answer.ts';
import type { Resolution } from '../protocol/resolution.ts';
import type { AfterReads } from './after-reads.ts';
import { Bulkhead } from './bulkhead.ts';
import { type After, Call, type CallHost, type Done } from './call.ts';
import type { Dialect } from './dialect.ts';
import { Addresses } from './http/addresses.ts';
import { Connection } from './http/connection.ts';
import { ListCall } from './list-call.ts';
import { Wording } from './wording.ts';

export interface NodeClientOptions {
  readonly name: string;
  /** The base URL; the dialect's paths are appended to its path. */
  readonly url: string;
  readonly dialect: Dialect;
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly connections: number;
  /** Wall clock, for `Retry-After` dates. */
  readonly wallNow: () => number;
  readonly after: After;
  /** Of all clients of a thread. */
  readonly afterReads: AfterReads;
}

export class NodeClient implements CallHost {
  readonly options: NodeClientOptions;
  readonly requestTimeoutMs: number;
  readonly after: After;
  readonly wording: Wording;
  readonly bulkhead: Bulkhead<Connection>;
  readonly afterReads: AfterReads;
  /** For what is off the hot path, and must not take an exchange's place. */
  readonly aside: Bulkhead<Connection>;
  readonly #addresses: Addresses;
  readonly #connections: readonly Connection[];
  readonly #answers: Partial<Record<AnswerKind, number>> = {};
  #calls = 0;
  #lastFailure: string | undefined;

  constructor(options: NodeClientOptions) {
    const url = new URL(options.url);
    this.#addresses = new Addresses(url);
    const target = { ...options, url, addresses: this.#addresses };
    this.options = options;
    this.requestTimeoutMs = options.requestTimeoutMs;
    this.after = options.after;
    this.afterReads = options.afterReads;
    this.wording = new Wording(target);
    const connections = Array.from(
      { length: options.connections + 1 },
      () => new Connection(target),
    );
    this.#connections = connections;
    this.aside = new Bulkhead(connections.slice(0, 1), restAWhile);
    this.bulkhead = new Bulkhead(connections.slice(1), restAWhile);
  }

  /** See `NodePort.exchange`. */
  exchange(request: Request, groupId: string, done: Done): { abort(): void } {
    this.#calls++;
    return new Call(this, { request, groupId }, done);
  }

  /** The body of a page of keys. */
  list(path: string): Promise<string> {
    return new Promise((resolve, reject) => new ListCall(this, path, { resolve, reject }));
  }

  /** A name of nodes was looked up; of this one's, or of another's. */
  hear(resolution: Resolution): void {
    this.#addresses.hear(resolution);
  }

  count(request: Request, answer: Answer): void {
    this.#answers[answer.kind] = (this.#answers[answer.kind] ?? 0) + 1;
    if (FAILURES.has(answer.kind)) this.#lastFailure = `${request.kind}: ${answer.said}`;
  }

  report(): NodeReport {
    return {
      calls: this.#calls,
      answers: { ...this.#answers },
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
    };
  }

  /** Closes all connections, those in use too. */
  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}

/**
 * Some nodes close a connection after an answer and do not say so. Whoever finds another one need not
 * find out. Two turns of the event loop, so that one of them reads the sockets.
 */
function restAWhile(over: () => void): void {
  setImmediate(() => setImmediate(over));
}

const FAILURES: ReadonlySet<AnswerKind> = new Set([
  'unsure',
  'misnamed',
  'lost',
  'unsent',
  'unreadable',
  'refused',
]);
