/**
 * The client of lockstepd: one DEALER connection, any number of requests pipelined over it.
 *
 * A call resolves to the daemon's answer, which may be an error reply (`isError`); it throws
 * `ClientError` only if there was no answer. Every call is bounded in time; the calls in flight and
 * the waiting calls are bounded in number (P9). Every command has an id, so an unanswered one is
 * sent again and still executed once (P7); calls.ts says when.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandAnswer, isError } from '../protocol/answer.ts';
import { type AnswerOf, isAnswerTo } from '../protocol/answer-of.ts';
import type { ErrorReply } from '../protocol/errors.ts';
import type {
  AuditInput,
  BreakerAct,
  BreakerInput,
  CommandInput,
  ListInput,
  NodesInput,
  OperatorInput,
  PauseInput,
  RequestInput,
  RestoreInput,
} from '../protocol/request.ts';
import { Calls } from './calls.ts';
import { Connection } from './connection.ts';
import { DaemonClock } from './daemon-clock.ts';
import { defaultTimeoutMs } from './default-timeouts.ts';
import { DEFAULT_ENDPOINT, DEFAULT_EVENTS_ENDPOINT } from './endpoint.ts';
import { ClientError, isExpected } from './errors.ts';
import type {
  CommandFields,
  CreateFields,
  Lane,
  Selection,
  StatusFields,
  WithAuthor,
} from './fields.ts';
import { identify } from './identify.ts';
import { silenceOver } from './link/link.ts';
import { type Security, securityOf } from './link/security.ts';
import type { CallOptions, ClientOptions } from './options.ts';
import { pauseAfter, readReply } from './reply.ts';
import { Subscription } from './subscription.ts';
import { type Attempt, Term } from './term.ts';

/** Time within which a running daemon answers a ping. */
const CONNECT_MS = 3000;

export class LockstepClient {
  readonly endpoint: string;
  readonly #eventsEndpoint: string;
  readonly #waitingMax: number;
  readonly #security: Security;
  readonly #connection: Connection;
  readonly #calls: Calls;
  readonly #clock = new DaemonClock();
  readonly #ending = new AbortController();
  #broken: ClientError | undefined;

  /**
   * Connects in the background; the first call waits for the connection. Use `connect` to wait for
   * it.
   * @throws ClientError `bad_endpoint`, `bad_key`
   */
  constructor(options: ClientOptions = {}) {
    this.endpoint = options.endpoint ?? DEFAULT_ENDPOINT;
    this.#eventsEndpoint = options.eventsEndpoint ?? DEFAULT_EVENTS_ENDPOINT;
    this.#waitingMax = options.waitingMax ?? 10_000;
    this.#security = securityOf(options, this.endpoint);
    this.#connection = new Connection(this.endpoint, this.#security.curve, {
      onReply: (frames) => this.#receive(frames),
      onUp: () => this.#calls.repeatLost(),
      onDown: () => this.#calls.loseSent(),
      onBroken: (cause) => this.#end(this.#error('closed', 'the socket failed', { cause })),
    });
    // One listener for each call that pauses: they are bounded by the calls.
    setMaxListeners(0, this.#ending.signal);
    this.#calls = new Calls(this.#connection, { ...options, token: this.#security.token });
  }

  /**
   * Connects and waits until the daemon answers a ping, `timeoutMs` (default 3000) at most.
   * @throws ClientError `unreachable`, `unauthorised`, `bad_endpoint`, `bad_key`
   */
  static async connect(options: ClientOptions & CallOptions = {}): Promise<LockstepClient> {
    const client = new LockstepClient(options);
    try {
      await client.ping({ timeoutMs: options.timeoutMs ?? CONNECT_MS });
      return client;
    } catch (error) {
      client.close();
      const silent = error instanceof ClientError && error.code === 'no_answer';
      throw silent ? client.#error('unreachable', error.message, { cause: error }) : error;
    }
  }

  /** Creates `groupId` on every node, with the content `fields.record`. */
  create(groupId: string, fields: CreateFields & CallOptions = {}) {
    return this.#command('create', groupId, fields);
  }

  /** Deletes `groupId` from every node. */
  delete(groupId: string, fields: CommandFields & CallOptions = {}) {
    return this.#command('delete', groupId, fields);
  }

  batch(commands: readonly CommandInput[], options?: CallOptions) {
    return this.send({ op: 'batch', commands: [...commands] }, options);
  }

  /** The state of a command; with `record`, also its record; with `story`, also what happened to it. */
  status(id: string, { record, story, ...options }: CallOptions & StatusFields = {}) {
    const shown = { ...(record === true && { record }), ...(story === true && { story }) };
    return this.send({ op: 'status', id, ...shown }, options);
  }

  /** The state of the daemon. */
  summary(options?: CallOptions) {
    return this.send({ op: 'status' }, options);
  }

  list(filter: Omit<ListInput, 'op'> = {}, options?: CallOptions) {
    return this.send({ op: 'list', ...filter }, options);
  }

  stats(options?: CallOptions) {
    return this.send({ op: 'stats' }, options);
  }

  /** One page of the comparison of the nodes with the journal; see docs/protocol.md. */
  audit(page: Omit<AuditInput, 'op'> = {}, options?: CallOptions) {
    return this.send({ op: 'audit', ...page }, options);
  }

  /** Retries a waiting command now. */
  retry(id: string, options?: CallOptions & WithAuthor) {
    return this.#signed({ op: 'retry', id }, options);
  }

  /** Cancels a command; answers once it can no longer commit. */
  cancel(id: string, options?: CallOptions & WithAuthor) {
    return this.#signed({ op: 'cancel', id }, options);
  }

  /** Gives up a rollback, forever. */
  abandon(id: string, options?: CallOptions & WithAuthor) {
    return this.#signed({ op: 'abandon', id }, options);
  }

  /** The same for all open commands that match a filter, or a dry run of it, page by page. */
  operate(selection: Selection, options?: CallOptions) {
    return this.send(selection, options);
  }

  /** Decides about a command that is held since the journal was restored. */
  decideOnHeld(act: RestoreInput['act'], id: string, options?: CallOptions & WithAuthor) {
    return this.#signed({ op: 'restore', act, id }, options);
  }

  /** The state of the breakers of all nodes. */
  breakers(options?: CallOptions) {
    return this.send({ op: 'breaker' }, options);
  }

  /** Opens a node's breaker until it is closed, closes it, or resets it. */
  breaker(node: string, act: BreakerAct, options?: CallOptions & WithAuthor) {
    return this.#signed({ op: 'breaker', node, act }, options);
  }

  /** The nodes: which are drained, and which are not configured any longer and still named by open commands. */
  nodes(options?: CallOptions) {
    return this.send({ op: 'node' }, options);
  }

  /** `drain`: new commands wait for this node until `undrain`; what has begun goes on. */
  node(node: string, act: 'drain' | 'undrain', options?: CallOptions & WithAuthor) {
    return this.#signed({ op: 'node', node, act }, options);
  }

  /** Pauses a lane, or all lanes, until `resume`. */
  pause(lane?: Lane, options?: CallOptions & WithAuthor) {
    return this.#signed({ op: 'pause', ...(lane && { lane }) }, options);
  }

  resume(lane?: Lane, options?: CallOptions & WithAuthor) {
    return this.#signed({ op: 'resume', ...(lane && { lane }) }, options);
  }

  ping(options?: CallOptions) {
    return this.send({ op: 'ping' }, options);
  }

  /**
   * Whether the daemon would accept a command that is sent now; false also if no daemon answers.
   * `ping` gives the reason, and the events `daemon.accepting` report a change.
   * @param options.timeoutMs default 3000
   */
  async isAccepting(options: CallOptions = {}): Promise<boolean> {
    try {
      const answer = await this.ping({ timeoutMs: CONNECT_MS, ...options });
      return !isError(answer) && answer.accepting;
    } catch (error) {
      if (isExpected(error)) return false;
      throw error;
    }
  }

  /** Subscribes to the events whose topic begins with one of these; to all if none is given. */
  subscribe(topics: readonly string[] = []): Subscription {
    const [endpoint, { curve }] = [this.#eventsEndpoint, this.#security];
    return new Subscription(topics, { endpoint, curve, ping: () => this.ping() });
  }

  /**
   * Sends any request. A command without an id gets one, which the answer shows.
   * @throws ClientError `unreachable`, `unauthorised`, `no_answer`, `overloaded`, `closed`, `bad_reply`
   */
  async send<const Asked extends RequestInput>(
    request: Asked,
    options: CallOptions = {},
  ): Promise<AnswerOf<Asked> | ErrorReply> {
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs(request);
    if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be above 0, not ${timeoutMs}`);
    const identified = identify(request);
    const persists = options.persist === true;
    const term = new Term(this.#clock, timeoutMs, persists);
    const until = performance.now() + timeoutMs;
    for (let leftMs = timeoutMs; ; leftMs = until - performance.now()) {
      const answer = await term.ask(identified, leftMs, (attempt) => this.#call(attempt));
      const pauseMs = persists ? pauseAfter(answer) : undefined;
      if (pauseMs === undefined || performance.now() + pauseMs >= until) {
        if (isAnswerTo(request, answer)) return answer;
        throw this.#error('bad_reply', `the reply is no answer to ${request.op}`);
      }
      await this.#pause(pauseMs);
    }
  }

  /** Closes it at once; open calls fail with `closed`. */
  close(): void {
    this.#end(this.#error('closed', 'the client was closed'));
  }

  #call({ request, body, timeoutMs }: Attempt): Promise<object> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    if (this.#calls.waiting >= this.#waitingMax) {
      const message = `${this.#waitingMax} requests are waiting already`;
      return Promise.reject(this.#error('overloaded', message));
    }
    const id = 'id' in request ? request.id : undefined;
    return new Promise((answer, fail) => {
      const expire = () => fail(this.#silence(timeoutMs, id));
      this.#calls.add({ body, timeoutMs, answer, expire, fail });
    });
  }

  /** Rejects early if the client is closed. */
  async #pause(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#ending.signal });
    } catch (cause) {
      throw this.#broken ?? cause;
    }
  }

  #command(
    op: CommandInput['op'],
    groupId: string,
    { timeoutMs, persist = false, ...fields }: CreateFields & CallOptions,
  ): Promise<CommandAnswer | ErrorReply> {
    const options = timeoutMs === undefined ? { persist } : { timeoutMs, persist };
    // Only `create` takes a record from its caller.
    return this.send({ op, groupId, ...fields } as CommandInput, options);
  }

  #signed<
    const Asked extends OperatorInput | RestoreInput | PauseInput | BreakerInput | NodesInput,
  >(
    request: Asked,
    { by, ...options }: CallOptions & WithAuthor = {},
  ): Promise<AnswerOf<Asked> | ErrorReply> {
    return this.send({ ...request, ...(by === undefined ? {} : { by }) }, options);
  }

  #receive(frames: readonly Buffer[]): void {
    const correlation = String(frames[0]);
    const reply = readReply(frames.at(-1));
    if (reply === undefined) {
      const message = 'the reply is not a JSON object';
      return this.#calls.fail(correlation, this.#error('bad_reply', message));
    }
    const { at, answer } = reply;
    if (at !== undefined) this.#clock.receive(at);
    return this.#calls.answer(correlation, answer);
  }

  #silence(timeoutMs: number, id: string | undefined): ClientError {
    const { code, reason } = silenceOver(this.#connection.link);
    const text = `no answer from ${this.endpoint} in ${Math.round(timeoutMs)} ms: ${reason}`;
    return this.#error(code, text, { id });
  }

  #error(
    code: ClientError['code'],
    message: string,
    more: { id?: string | undefined; cause?: unknown } = {},
  ): ClientError {
    return new ClientError(code, { message, endpoint: this.endpoint, ...more });
  }

  #end(error: ClientError): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    this.#ending.abort();
    this.#connection.close();
    this.#calls.failAll(error);
  }
}
