/**
 * The client of one node: connections, a bulkhead before them, a timeout around each exchange, the
 * dialect's words on both ends.
 *
 * It retries nothing and remembers nothing of a command: that is the core's.
 */
import type { NodeReply, NodeReplyKind, NodeRequest } from '../core/model.ts';
import type { NodeReport } from '../protocol/answer.ts';
import type { Resolution } from '../protocol/resolution.ts';
import type { NodeAccess } from './access/access.ts';
import { type AccessFault, Credentials } from './access/credentials.ts';
import type { Environment } from './access/secret.ts';
import type { AfterPoll } from './after-poll.ts';
import { Bulkhead } from './bulkhead.ts';
import { Codec, type Subject } from './dialect/codec.ts';
import type { Dialect } from './dialect/dialect.ts';
import { Addresses } from './http/addresses.ts';
import { Connection } from './http/connection.ts';
import type { Response } from './http/response-reader.ts';
import { ListCall } from './list/list-call.ts';
import { type After, type Done, NodeCall, type NodeCallHost } from './node-call.ts';

export interface NodeClientOptions extends NodeAccess {
  readonly dialect: Dialect;
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly connections: number;
  /** Wall clock, for `Retry-After` dates. */
  readonly wallNow: () => number;
  readonly after: After;
  /** Of all clients of a thread. */
  readonly afterReads: AfterPoll;
  /** Where `${env:NAME}` is looked up; nothing is set by default. */
  readonly env?: Environment;
  /** See `Credentials`. */
  readonly onTrouble?: (fault: AccessFault) => void;
}

/** Of dialects that say nothing else: a contract's answer is tens of bytes. */
const ANSWER_BYTES_MAX = 64 * 1024;

export class NodeClient implements NodeCallHost {
  readonly options: NodeClientOptions;
  readonly requestTimeoutMs: number;
  readonly answerBytesMax: number;
  readonly after: After;
  readonly wording: Codec;
  readonly bulkhead: Bulkhead<Connection>;
  readonly afterReads: AfterPoll;
  /** For what is off the hot path, and must not take an exchange's place. */
  readonly aside: Bulkhead<Connection>;
  readonly #addresses: Addresses;
  readonly #credentials: Credentials;
  readonly #connections: readonly Connection[];
  readonly #answers: Partial<Record<NodeReplyKind, number>> = {};
  #calls = 0;
  #lastFailure: string | undefined;

  constructor(options: NodeClientOptions) {
    const url = new URL(options.url);
    this.#addresses = new Addresses(url, options.socket);
    const { env = {}, onTrouble = () => undefined } = options;
    const credentials = new Credentials(options, { env, onTrouble });
    this.#credentials = credentials;
    credentials.watch();
    const serverName = options.tls?.serverName;
    const tls = () => ({ serverName, secureContext: credentials.presented.secureContext });
    const target = { ...options, url, addresses: this.#addresses, credentials, tls };
    this.options = options;
    this.requestTimeoutMs = options.requestTimeoutMs;
    this.answerBytesMax = options.dialect.limits.answerBytes ?? ANSWER_BYTES_MAX;
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
  exchange(request: NodeRequest, subject: Subject, done: Done): { abort(): void } {
    this.#calls++;
    return new NodeCall(this, { request, subject }, done);
  }

  /** A page of keys. */
  list(path: string, bytesMax: number): Promise<Response> {
    const asked = { path, bytesMax };
    return new Promise((resolve, reject) => new ListCall(this, asked, { resolve, reject }));
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
    this.#credentials.stop();
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
