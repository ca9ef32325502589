/**
 * The client of one node: connections, a bulkhead before them, a timeout around each exchange, the
 * dialect's words on both ends.
 *
 * It retries nothing and remembers nothing of a command: that is the core's.
 */
import type { NodeReply, NodeReplyKind, NodeRequest } from '../core/model.ts';
import type { NodeReport } from '../protocol/answer.ts';
import type { Resolution } from '../protocol/resolution.ts';
import type { AfterPoll } from './after-poll.ts';
import { Bulkhead } from './bulkhead.ts';
import { Codec } from './dialect/codec.ts';
import type { Dialect } from './dialect/dialect.ts';
import { Addresses } from './http/addresses.ts';
import { Connection } from './http/connection.ts';
import { ListCall } from './list/list-call.ts';
import { type After, type Done, NodeCall, type NodeCallHost } from './node-call.ts';

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
  readonly afterReads: AfterPoll;
}

export class NodeClient implements NodeCallHost {
  readonly options: NodeClientOptions;
  readonly requestTimeoutMs: number;
  readonly after: After;
  readonly wording: Codec;
  readonly bulkhead: Bulkhead<Connection>;
  readonly afterReads: AfterPoll;
  /** For what is off the hot path, and must not take an exchange's place. */
  readonly aside: Bulkhead<Connection>;
  readonly #addresses: Addresses;
  readonly #connections: readonly Connection[];
  readonly #answers: Partial<Record<NodeReplyKind, number>> = {};
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
    this.wording = new Codec(target);
    const connections = Array.from(
      { length: options.connections + 1 },
      () => new Connection(target),
    );
    this.#connections = connections;
    this.aside = new Bulkhead(connections.slice(0, 1), restAWhile);
    this.bulkhead = new Bulkhead(connections.slice(1), restAWhile);
  }

  /** See `NodePort.exchange`. */
  exchange(request: NodeRequest, groupId: string, done: Done): { abort(): void } {
    this.#calls++;
    return new NodeCall(this, { request, groupId }, done);
  }

  /** The body of a page of keys. */
  list(path: string): Promise<string> {
    return new Promise((resolve, reject) => new ListCall(this, path, { resolve, reject }));
  }

  /** A name of nodes was looked up; of this one's, or of another's. */
  onResolution(resolution: Resolution): void {
    this.#addresses.onResolution(resolution);
  }

  count(request: NodeRequest, answer: NodeReply): void {
    this.#answers[answer.kind] = (this.#answers[answer.kind] ?? 0) + 1;
    if (FAILURES.has(answer.kind)) this.#lastFailure = `${request.kind}: ${answer.detail}`;
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

const FAILURES: ReadonlySet<NodeReplyKind> = new Set([
  'unsure',
  'misnamed',
  'lost',
  'unsent',
  'unreadable',
  'refused',
]);
