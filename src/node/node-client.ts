/**
 * The client of one node: a pool of connections, a bulkhead before it, a timeout around each
 * exchange, the dialect's words on both ends. undici's pool alone is cheap enough for the hot path
 * (three POSTs: 241–350 µs of CPU, against 1,065 µs by fetch and 1,392 µs by ky; November 2026).
 *
 * It retries nothing and remembers nothing of a command: that is the core's.
 */
import { type Dispatcher, Pool } from 'undici';
import type { Sign } from '../core/breaker.ts';
import type { Answer, AnswerKind, Request } from '../core/model.ts';
import type { NodeReport } from '../protocol/answer.ts';
import { Bulkhead } from './bulkhead.ts';
import { resettingConnector } from './connector.ts';
import { type Call, type Dialect, keyPath } from './dialect.ts';
import { type CompleteAnswer, Exchange } from './exchange.ts';
import { readAnswer } from './read-answer.ts';
import { signOf } from './sign.ts';

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
}

/** See `NodePort.exchange`. */
type Done = (answer: Answer, sign: Sign, tookMs: number) => void;

/** A page of keys may be this large; an exchange's own answer, far less (exchange.ts). */
const RESPONSE_BYTES_MAX = 16 * 1024 * 1024;
/** Sent with less time left, a request would only come to be in doubt: it is not sent any more. */
const LEAST_MS = 10;
const JSON_TYPE = ['content-type', 'application/json'];

export class NodeClient {
  readonly options: NodeClientOptions;
  readonly pool: Pool;
  readonly basePath: string;
  readonly #bulkhead: Bulkhead;
  readonly #answers: Partial<Record<AnswerKind, number>> = {};
  #calls = 0;
  #lastFailure: string | undefined;

  constructor(options: NodeClientOptions) {
    const { origin, pathname } = new URL(options.url);
    this.options = options;
    this.basePath = pathname.replace(/\/+$/, '');
    this.#bulkhead = new Bulkhead(options.connections);
    this.pool = new Pool(origin, {
      connections: options.connections,
      pipelining: 1,
      connect: resettingConnector(options.connectTimeoutMs),
      // One timer per exchange (below) covers it from queue to last byte.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
      maxResponseSize: RESPONSE_BYTES_MAX,
    });
  }

  /** See `NodePort.exchange`. */
  exchange(request: Request, groupId: string, done: Done): { abort(): void } {
    const { requestTimeoutMs, dialect, wallNow } = this.options;
    let status: number | undefined;
    let startedAt: number | undefined;
    let isGivenUp = false;
    const read = (answer: CompleteAnswer) => {
      status = answer.status;
      return readAnswer(dialect, { kind: request.kind, groupId }, { ...answer, at: wallNow() });
    };
    const exchange = new Exchange({
      read,
      done: (answer) => {
        clearTimeout(timer);
        leave();
        this.#count(request, answer);
        const isStarted = startedAt !== undefined;
        // The wait in our own bulkhead is none of the node's time.
        const tookMs = startedAt === undefined ? 0 : performance.now() - startedAt;
        done(answer, signOf(answer, { status, isStarted, isGivenUp }), tookMs);
      },
    });
    const giveUp = () => exchange.abort(`no answer within ${requestTimeoutMs} ms`);
    const timer = setTimeout(() => {
      // A process that was stopped finds its timers due and the answers in its sockets, in that
      // order: those are read before anything is given up. What has not left must not any more.
      if (startedAt === undefined) giveUp();
      else setImmediate(giveUp);
    }, requestTimeoutMs);
    this.#calls++;
    const latest = performance.now() + requestTimeoutMs - Math.min(LEAST_MS, requestTimeoutMs / 10);
    const leave = this.#bulkhead.enter(() => {
      const now = performance.now();
      if (exchange.ended || now > latest) return;
      startedAt = now;
      this.pool.dispatch(this.#httpRequest(request, groupId), exchange);
    });
    return {
      abort: () => {
        isGivenUp = !exchange.ended;
        exchange.abort('given up');
      },
    };
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
    await this.pool.destroy();
  }

  #httpRequest(request: Request, groupId: string): Dispatcher.DispatchOptions {
    const { dialect, name } = this.options;
    const call: Call<string> = dialect[request.kind];
    const headers: string[] = [];
    if (dialect.nodeHeader) headers.push('node', name);
    const mark = markOf(request);
    if (dialect.tokenHeader !== null && mark !== undefined) headers.push(dialect.tokenHeader, mark);
    const path = this.basePath + keyPath(call, groupId);
    if (!call.sendsBody) return { path, method: call.method, headers };
    headers.push(...JSON_TYPE);
    const body = request.kind === 'create' ? request.body : JSON.stringify({ groupId });
    return { path, method: call.method, headers, body };
  }

  #count(request: Request, answer: Answer): void {
    this.#answers[answer.kind] = (this.#answers[answer.kind] ?? 0) + 1;
    if (FAILURES.has(answer.kind)) this.#lastFailure = `${request.kind}: ${answer.said}`;
  }
}

const FAILURES: ReadonlySet<AnswerKind> = new Set([
  'unsure',
  'lost',
  'unsent',
  'unreadable',
  'refused',
]);

/** The owner mark that goes along: of the new record, or of the one that may be deleted. */
function markOf(request: Request): string | undefined {
  if (request.kind === 'create') return request.token;
  return request.kind === 'delete' ? request.guard : undefined;
}
