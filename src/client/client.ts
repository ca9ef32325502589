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
import { type AnswerOf, isAnswerTo } from '../protocol/answer-of.ts';
import type { ErrorReply } from '../protocol/errors.ts';
import type { RequestInput } from '../protocol/input/request-input.ts';
import { Calls } from './calls.ts';
import { DaemonClock } from './daemon-clock.ts';
import {
  DEFAULT_ENDPOINT,
  DEFAULT_EVENTS_ENDPOINT,
  type Endpoints,
  endpointsOf,
} from './endpoint.ts';
import { ClientError } from './errors.ts';
import { Failover } from './link/failover.ts';
import { isOfOtherJournal, KnownJournal } from './link/known-journal.ts';
import { silenceOver } from './link/link.ts';
import { type Security, securityOf } from './link/security.ts';
import type { CallOptions, ClientOptions } from './options.ts';
import { isDraining, pauseAfter, readReply } from './reply.ts';
import { defaultTimeoutMs } from './requests/default-timeouts.ts';
import { identify } from './requests/identify.ts';
import { OperatorRequests } from './requests/operator-requests.ts';
import { PING_MS } from './requests/requests.ts';
import { Subscription } from './subscription.ts';
import { type Attempt, Term } from './term.ts';

export class LockstepClient extends OperatorRequests {
  readonly #endpoints: Endpoints;
  readonly #eventsEndpoints: Endpoints;
  readonly #waitingMax: number;
  readonly #security: Security;
  readonly #connection: Failover;
  readonly #calls: Calls;
  readonly #clock = new DaemonClock();
  readonly #journal = new KnownJournal();
  readonly #ending = new AbortController();
  #broken: ClientError | undefined;

  /**
   * Connects in the background; the first call waits for the connection. Use `connect` to wait for
   * it.
   * @throws ClientError `bad_endpoint`, `bad_key`
   * @example
   * const other = new LockstepClient({ endpoint: ['tcp://10.0.0.1:5570', 'tcp://10.0.0.2:5570'] });
   * console.log(await other.isAccepting());
   * other.close();
   */
  constructor(options: ClientOptions = {}) {
    super();
    this.#endpoints = endpointsOf(options.endpoint, DEFAULT_ENDPOINT);
    this.#eventsEndpoints = endpointsOf(options.eventsEndpoint, DEFAULT_EVENTS_ENDPOINT);
    this.#waitingMax = options.waitingMax ?? 10_000;
    this.#security = securityOf(options, this.#endpoints.join(','));
    this.#connection = new Failover(this.#endpoints, this.#security.curve, {
      onReply: (frames) => this.#receive(frames),
      onUp: () => this.#calls.repeatLost(),
      onDown: () => this.#calls.loseSent(),
      onBroken: (cause) => this.#end(this.#error('closed', 'the socket failed', { cause })),
    });
    // One listener for each call that pauses: they are bounded by the calls.
    setMaxListeners(0, this.#ending.signal);
    const journalId = () => (this.#endpoints.length > 1 ? this.#journal.id : undefined);
    this.#calls = new Calls(this.#connection, {
      ...options,
      token: this.#security.token,
      journalId,
    });
  }

  /**
   * Connects and waits until the daemon answers a ping, `timeoutMs` (default 3000) at most.
   * @throws ClientError `unreachable`, `unauthorised`, `bad_endpoint`, `bad_key`
   * @example
   * const client = await LockstepClient.connect({ endpoint: 'tcp://127.0.0.1:5570', timeoutMs: 10_000 });
   * console.log(await client.create('5'));
   * client.close();
   */
  static async connect(options: ClientOptions & CallOptions = {}): Promise<LockstepClient> {
    const client = new LockstepClient(options);
    try {
      await client.ping({ timeoutMs: options.timeoutMs ?? PING_MS });
      return client;
    } catch (error) {
      client.close();
      const silent = error instanceof ClientError && error.code === 'no_answer';
      throw silent ? client.#error('unreachable', error.message, { cause: error }) : error;
    }
  }

  /**
   * The address in use, or tried now.
   * @example
   * console.log('connected to', client.endpoint);
   */
  get endpoint(): string {
    return this.#connection.endpoint;
  }

  /**
   * Subscribes to the events whose topic begins with one of these; to all if none is given. Closing the client does not
   * close it.
   * @param topics for example `command.`, `command.stuck`, `breaker.node01`
   * @throws ClientError `bad_endpoint`; its iteration throws `unauthorised`, `no_events`
   * @example
   * for await (const event of client.subscribe(['command.', 'breaker.'])) {
   *   if (event.kind === 'command') console.log(event.topic, event.payload.groupId);
   *   if (event.kind === 'breaker') console.log(event.payload.node, event.payload.state);
   * }
   */
  subscribe(topics: readonly string[] = []): Subscription {
    const [endpoints, { curve }] = [this.#eventsEndpoints, this.#security];
    return new Subscription(topics, { endpoints, curve, ping: () => this.ping() });
  }

  override async send<const Asked extends RequestInput>(
    request: Asked,
    options: CallOptions = {},
  ): Promise<AnswerOf<Asked> | ErrorReply> {
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs(request);
    if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be above 0, not ${timeoutMs}`);
    const identified = identify(request);
    const persists = options.persist === true;
    const term = new Term(this.#clock, timeoutMs, persists);
    const until = performance.now() + timeoutMs;
    await this.#meet(identified, { timeoutMs, persist: persists });
    for (let leftMs = until - performance.now(); ; leftMs = until - performance.now()) {
      const answer = await term.ask(identified, leftMs, (attempt) => this.#call(attempt));
      if (isDraining(answer)) this.#connection.leave();
      if (isOfOtherJournal(answer)) throw this.#stray(identified);
      if (request.op === 'ping') this.#journal.learn(answer);
      const pauseMs = persists ? pauseAfter(answer) : undefined;
      if (pauseMs === undefined || performance.now() + pauseMs >= until) {
        if (isAnswerTo(request, answer)) return answer;
        throw this.#error('bad_reply', `the reply is no answer to ${request.op}`);
      }
      await this.#pause(pauseMs);
    }
  }

  /** Of several addresses: asks which journal it is, before anything that another one would execute again is sent. */
  async #meet(request: RequestInput, options: CallOptions): Promise<void> {
    if (request.op === 'ping' || this.#endpoints.length === 1 || this.#journal.isAsked) return;
    try {
      await this.ping(options);
    } catch (cause) {
      if (!(cause instanceof ClientError)) throw cause;
      const id = 'id' in request ? request.id : undefined;
      throw this.#error(cause.code, cause.message, { id, cause });
    }
  }

  #stray(request: RequestInput): ClientError {
    const id = 'id' in request ? request.id : undefined;
    const { endpoint } = this.#connection;
    this.#connection.leave();
    const message = `the daemon at ${endpoint} has another journal than the first one that answered`;
    return this.#error('other_journal', message, { id });
  }

  /**
   * Closes it at once; open calls fail with `closed`. The daemon continues the commands that it has accepted.
   * @example
   * client.close();
   */
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
    const text = `no answer from ${this.#endpoints.join(' or ')} in ${Math.round(timeoutMs)} ms: ${reason}`;
    return this.#error(code, text, { id });
  }

  #error(
    code: ClientError['code'],
    message: string,
    more: { id?: string | undefined; cause?: unknown } = {},
  ): ClientError {
    return new ClientError(code, { message, endpoint: this.#endpoints.join(','), ...more });
  }

  #end(error: ClientError): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    this.#ending.abort();
    this.#connection.close();
    this.#calls.failAll(error);
  }
}
