/**
 * The client of one node: connections, a bulkhead before them, a timeout around each exchange, the
 * dialect's words on both ends. undici alone is cheap enough for the hot path (three POSTs: 241–350
 * µs of CPU, against 1,065 µs by fetch and 1,392 µs by ky; November 2026), its `Client` more so than
 * its `Pool`: which connection is free is known here, and need not be looked for (docs/performance.md).
 *
 * It retries nothing and remembers nothing of a command: that is the core's.
 */
import { Client } from 'undici';
import type { Answer, AnswerKind, Request } from '../core/model.ts';
import type { NodeReport } from '../protocol/answer.ts';
import { Bulkhead } from './bulkhead.ts';
import { type AtTime, Call, type CallHost, type Done } from './call.ts';
import { resettingConnector } from './connector.ts';
import type { Dialect } from './dialect.ts';
import { Endings } from './endings.ts';
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
  readonly at: AtTime;
}

/** A page of keys may be this large; an exchange's own answer, far less (exchange.ts). */
const RESPONSE_BYTES_MAX = 16 * 1024 * 1024;

export class NodeClient implements CallHost {
  readonly options: NodeClientOptions;
  readonly basePath: string;
  readonly requestTimeoutMs: number;
  readonly at: AtTime;
  readonly wording: Wording;
  readonly bulkhead: Bulkhead<Client>;
  readonly endings = new Endings();
  /** For what is off the hot path, and must not take an exchange's place. */
  readonly aside: Client;
  readonly #connections: readonly Client[];
  readonly #answers: Partial<Record<AnswerKind, number>> = {};
  #calls = 0;
  #lastFailure: string | undefined;

  constructor(options: NodeClientOptions) {
    const { origin, pathname } = new URL(options.url);
    this.options = options;
    this.requestTimeoutMs = options.requestTimeoutMs;
    this.at = options.at;
    this.basePath = pathname.replace(/\/+$/, '');
    this.wording = new Wording({ ...options, basePath: this.basePath });
    const connect = () => connection(origin, options);
    this.aside = connect();
    this.#connections = Array.from({ length: options.connections }, connect);
    this.bulkhead = new Bulkhead(this.#connections, restOneTurn);
  }

  /** See `NodePort.exchange`. */
  exchange(request: Request, groupId: string, done: Done): { abort(): void } {
    this.#calls++;
    return new Call(this, { request, groupId }, done);
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
  async close(): Promise<void> {
    await Promise.all([this.aside, ...this.#connections].map((client) => client.destroy()));
  }
}

/**
 * undici has a connection rest for a turn of the event loop after an answer, in case its node closes
 * it. Asked for before, it looks at it anew, which takes another turn: others are better then.
 */
function restOneTurn(over: () => void): void {
  setImmediate(over);
}

/** Connects when it is first used. */
function connection(origin: string, { connectTimeoutMs }: NodeClientOptions): Client {
  return new Client(origin, {
    pipelining: 1,
    connect: resettingConnector(connectTimeoutMs),
    // One timer per exchange (call.ts) covers it from queue to last byte.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    maxResponseSize: RESPONSE_BYTES_MAX,
  });
}

const FAILURES: ReadonlySet<AnswerKind> = new Set([
  'unsure',
  'lost',
  'unsent',
  'unreadable',
  'refused',
]);
