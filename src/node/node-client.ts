/**
 * The client of one node: its connections, a bulkhead before them, a timeout around each exchange, the dialect at
 * both ends.
 *
 * It retries nothing and remembers nothing of a command: the core does.
 */
import { DistributionCounter } from '../base/measure/distribution.ts';
import type { NodeReply, NodeReplyKind, NodeRequest } from '../core/model.ts';
import type { DescriptorReserve } from '../files/descriptor-reserve.ts';
import type { Resolution } from '../protocol/resolution.ts';
import type { NodeFigures } from '../protocol/work.ts';
import type { NodeAccess } from './access/access.ts';
import { type AccessFault, Credentials } from './access/credentials.ts';
import { ANSWER_BYTES_MAX } from './access/limits.ts';
import type { Environment } from './access/secret.ts';
import type { AfterPoll } from './after-poll.ts';
import { Bulkhead } from './bulkhead.ts';
import { Codec, type Subject } from './dialect/codec.ts';
import type { Dialect } from './dialect/dialect.ts';
import { HealthCall, type HealthFinding } from './health-call.ts';
import { Addresses } from './http/addresses.ts';
import { Connection } from './http/connection.ts';
import type { Response } from './http/response-reader.ts';
import type { After, Unanswered } from './http-exchange.ts';
import { ListCall, type ListMeans } from './list/list-call.ts';
import { type Done, NodeCall, type NodeCallMeans } from './node-call.ts';
import { RawCall, type RawReply } from './raw-call.ts';

/** ms: from a node beside this process to one that is given up. */
const DURATION_BOUNDS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000];

export interface NodeClientOptions extends Omit<NodeAccess, 'limits'> {
  readonly dialect: Dialect;
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** See `Limits`; absent: as the dialect says. */
  readonly answerBytes?: number;
  /** For calls that are not urgent. Two more are opened when needed: for urgent calls, and for lists. */
  readonly connections: number;
  /** Wall clock, for `Retry-After` dates. */
  readonly wallNow: () => number;
  readonly after: After;
  /** All clients of a thread share it. */
  readonly afterPoll: AfterPoll;
  /** All clients of a thread share it; see `Target`. */
  readonly descriptors?: DescriptorReserve;
  /** Where `${env:NAME}` is looked up; nothing is set by default. */
  readonly env?: Environment;
  /** See `Target`. */
  readonly isHeld?: () => boolean;
  /** See `Credentials`. */
  readonly onTrouble?: (fault: AccessFault) => void;
}

export class NodeClient {
  readonly options: NodeClientOptions;
  readonly #addresses: Addresses;
  readonly #credentials: Credentials;
  readonly #connections: readonly Connection[];
  readonly #calls: NodeCallMeans;
  /** Lists are off the hot path, and must not take the connection of a call. */
  readonly #lists: ListMeans;
  readonly #answers: Partial<Record<NodeReplyKind, number>> = {};
  readonly #durations = new DistributionCounter(DURATION_BOUNDS);
  #callCount = 0;
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
    const { requestTimeoutMs, after, afterPoll, dialect } = options;
    const shared = { requestTimeoutMs, after, afterPoll, codec: new Codec(target) };
    const open = () => new Connection(target);
    const [forLists, kept] = [open(), open()];
    const connections = Array.from({ length: options.connections }, open);
    this.#connections = [forLists, kept, ...connections];
    this.#lists = { ...shared, pool: new Bulkhead([forLists], { rest: restAWhile }) };
    this.#calls = {
      ...shared,
      pool: new Bulkhead(connections, { kept, rest: restAWhile }),
      answerBytesMax: options.answerBytes ?? dialect.limits.answerBytes ?? ANSWER_BYTES_MAX,
      count: (request, answer, tookMs) => this.#count(request, answer, tookMs),
    };
  }

  /** See `NodePort.exchange`. */
  exchange(request: NodeRequest, subject: Subject, done: Done): { abort(): void } {
    this.#callCount++;
    return new NodeCall(this.#calls, { request, subject }, done);
  }

  /** See `NodePort.checkHealth`; the dialect has a health path. */
  checkHealth(done: (finding: HealthFinding) => void): { abort(): void } {
    const { health } = this.options.dialect;
    if (health === null)
      throw new Error(`the ${this.options.dialect.name} dialect has no health path`);
    this.#callCount++;
    return new HealthCall({ ...this.#calls, health }, done);
  }

  /** One call outside of all commands: it takes no connection from them, and is not counted. */
  ask(request: NodeRequest, subject: Subject): Promise<RawReply | Unanswered> {
    const { pool } = this.#lists;
    const means = { ...this.#calls, pool };
    return new Promise((resolve) => new RawCall(means, { request, subject }, resolve));
  }

  /** The text without the node's secrets. */
  redact(text: string): string {
    return this.#lists.codec.redact(text);
  }

  /**
   * A page of keys.
   *
   * @throws NotListed if the node answers anything but 200, Error if it does not answer
   */
  list(path: string, bytesMax: number): Promise<Response> {
    const asked = { path, bytesMax };
    return new Promise((resolve, reject) => new ListCall(this.#lists, asked, { resolve, reject }));
  }

  /** The name of this node or of another was looked up. */
  onResolution(resolution: Resolution): void {
    this.#addresses.onResolution(resolution);
  }

  #count(request: NodeRequest, answer: NodeReply, tookMs: number | undefined): void {
    if (tookMs !== undefined) this.#durations.observe(tookMs);
    this.#answers[answer.kind] = (this.#answers[answer.kind] ?? 0) + 1;
    if (FAILURES.has(answer.kind)) this.#lastFailure = `${request.kind}: ${answer.detail}`;
  }

  report(): NodeFigures {
    return {
      calls: this.#callCount,
      answers: { ...this.#answers },
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
      running: this.#calls.pool.taken,
      runningMax: this.options.connections,
      durations: this.#durations.counted,
    };
  }

  /** Closes all connections, also those in use. */
  close(): void {
    this.#credentials.stop();
    for (const connection of this.#connections) connection.close();
  }
}

/**
 * Some nodes close a connection silently after they reply. Two turns of the event loop, so that the close is seen
 * before the connection is used again.
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
  'malformed',
  'refused',
]);
