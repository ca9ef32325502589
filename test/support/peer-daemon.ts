/**
 * A small lockstepd for the tests of client and command line: the real protocol over a real ROUTER,
 * with a map as journal and sets as nodes. It uses the product's own parser and keeps the promises
 * to clients: idempotent by id, open commands answered once settled, also after `restart`. A test
 * scripts it: which commands stay open, which requests get no answer, or another one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher, Router } from 'zeromq';
import { expiryOf } from '../../src/coordinator/commands/expiry.ts';
import type { Answer, CommandAnswer } from '../../src/protocol/answer.ts';
import { errorReply } from '../../src/protocol/errors.ts';
import { readFrame } from '../../src/protocol/frame/read-frame.ts';
import { parseCommand, parseValue } from '../../src/protocol/parse-request.ts';
import type {
  BatchRequest,
  CommandRequest,
  ListRequest,
  OperatorRequest,
  Request,
} from '../../src/protocol/request.ts';
import { auditOf, breakersOf, type PeerNodes, statsOf, summaryOf } from './peer-views.ts';

export interface Script {
  /** Stays open until `release`. */
  hold?: (command: CommandRequest) => boolean;
  /** Never answered, as if the reply were lost; the request is executed. */
  mute?: (request: Request) => boolean;
  /** Answered with this instead; nothing is executed. */
  instead?: (request: Request) => Answer | undefined;
  /** The settlement of a command; undefined means `committed`. */
  settle?: (command: CommandRequest) => Partial<CommandAnswer>;
  /** The value of `at` in answers: the wall clock by default, none if undefined. */
  clock?: () => number | undefined;
  /** Delay before each answer. */
  delayMs?: number;
}

type Reply = (answer: Answer) => void;

interface Entry {
  readonly request: CommandRequest;
  answer: CommandAnswer;
  waiters: Reply[];
}

const SETTLED = ['committed', 'rolled_back', 'refused', 'abandoned'];

export class PeerDaemon {
  readonly script: Script;
  /** Every valid request, repeats included. */
  /** Of each request, in their order. */
  readonly tokens: (string | undefined)[] = [];
  readonly seen: Request[] = [];
  readonly nodes: PeerNodes = { node01: new Set(), node02: new Set() };
  endpoint = 'tcp://127.0.0.1:*';
  eventsEndpoint = 'tcp://127.0.0.1:*';
  readonly #journal = new Map<string, Entry>();
  #router = new Router();
  #events = new Publisher();
  #outbox: Promise<void> = Promise.resolve();

  private constructor(script: Script) {
    this.script = script;
  }

  static async start(script: Script = {}): Promise<PeerDaemon> {
    const peer = new PeerDaemon(script);
    await peer.up();
    return peer;
  }

  async up(): Promise<void> {
    const router = new Router({ linger: 0, mandatory: true });
    const events = new Publisher({ linger: 0 });
    await Promise.all([bind(router, this.endpoint), bind(events, this.eventsEndpoint)]);
    [this.#router, this.#events] = [router, events];
    this.endpoint = router.lastEndpoint ?? this.endpoint;
    this.eventsEndpoint = events.lastEndpoint ?? this.eventsEndpoint;
    void this.#serve(router);
  }

  /** Like kill -9: waiting clients get no answer, the journal stays. */
  down(): void {
    for (const entry of this.#journal.values()) entry.waiters = [];
    this.#router.close();
    this.#events.close();
  }

  async restart(): Promise<void> {
    this.down();
    await this.up();
  }

  /** Settles the held commands. */
  release(): void {
    for (const entry of this.#journal.values()) {
      if (!SETTLED.includes(entry.answer.state)) this.#settle(entry);
    }
  }

  async publish(topic: string, payload: unknown): Promise<void> {
    await this.#events.send([topic, JSON.stringify(payload)]);
  }

  async #serve(router: Router): Promise<void> {
    for await (const frames of router) {
      const envelope = frames.slice(0, -1);
      const reply = (answer: Answer) => {
        const sent = { ...answer, at: this.#now() };
        this.#outbox = this.#outbox.then(() => this.#send(router, envelope, sent));
      };
      const read = readFrame(frames.at(-1) ?? Buffer.alloc(0));
      this.tokens.push(read.ok ? read.frame.token : undefined);
      const parsed = read.ok ? parseValue(read.frame.value) : read;
      if (!parsed.ok) reply(parsed.reply);
      else {
        this.seen.push(parsed.request);
        const muted = this.script.mute?.(parsed.request) ?? false;
        this.#handle(parsed.request, muted ? () => {} : reply);
      }
    }
  }

  async #send(router: Router, envelope: Buffer[], answer: Answer): Promise<void> {
    if (this.script.delayMs !== undefined) await sleep(this.script.delayMs);
    try {
      await router.send([...envelope, JSON.stringify(answer)]);
    } catch (error) {
      // The client is gone, or this run of the daemon is over: there is no receiver.
      const { code } = error as { code?: string };
      if (!router.closed && code !== 'EHOSTUNREACH') throw error;
    }
  }

  #now(): number | undefined {
    const { clock = Date.now } = this.script;
    return clock();
  }

  #handle(request: Request, reply: Reply): void {
    const instead = this.script.instead?.(request);
    if (instead !== undefined) reply(instead);
    else if (request.op === 'create' || request.op === 'delete') this.#command(request, reply);
    else if (request.op === 'batch') this.#batch(request.commands, reply);
    else reply(this.#report(request));
  }

  #command(request: CommandRequest, reply: Reply): void {
    const id = request.id ?? `peer-${this.#journal.size + 1}`;
    const known = this.#journal.get(id);
    if (known !== undefined) {
      const { op, groupId, ensure } = known.request;
      const same = op === request.op && groupId === request.groupId && ensure === request.ensure;
      if (!same) {
        reply(errorReply('id_conflict', `${id} is another command`, { id }));
        return;
      }
    }
    const expired = known === undefined ? expiryOf(request, this.#now() ?? 0) : undefined;
    if (expired !== undefined) {
      reply(expired);
      return;
    }
    const answer = { id, op: request.op, groupId: request.groupId, elapsedMs: 1 };
    const entry = known ?? { request, answer: { ...answer, state: 'applying' }, waiters: [] };
    this.#journal.set(id, entry);
    if (request.wait === 'accepted') reply(entry.answer);
    else if (SETTLED.includes(entry.answer.state)) reply(entry.answer);
    else entry.waiters.push(reply);
    if (known === undefined && !this.script.hold?.(request)) this.#settle(entry);
  }

  #settle(entry: Entry): void {
    const { op, groupId } = entry.request;
    const detail = { state: op === 'create' ? 'present' : 'absent', attempts: 1 } as const;
    const nodes = Object.fromEntries(Object.keys(this.nodes).map((name) => [name, detail]));
    const how = this.script.settle?.(entry.request) ?? {};
    this.#finish(entry, { state: 'committed', nodes, ...how });
    if (entry.answer.state !== 'committed') return;
    for (const keys of Object.values(this.nodes)) {
      if (op === 'create') keys.add(groupId);
      else keys.delete(groupId);
    }
  }

  #finish(entry: Entry, outcome: Partial<CommandAnswer>): void {
    entry.answer = { ...entry.answer, ...outcome };
    for (const reply of entry.waiters.splice(0)) reply(entry.answer);
  }

  #batch(commands: readonly unknown[], reply: Reply): void {
    const results: Answer[] = [];
    let left = commands.length;
    commands.forEach((command, index) => {
      const done = (answer: Answer) => {
        results[index] = answer;
        left -= 1;
        if (left === 0) reply({ results: results as CommandAnswer[] });
      };
      const parsed = parseCommand(command, index);
      if (parsed.ok) this.#command(parsed.request, done);
      else done(parsed.reply);
    });
  }

  #operate(op: 'retry' | 'cancel' | 'abandon', id: string): Answer {
    const entry = this.#journal.get(id);
    if (entry === undefined) return errorReply('unknown_command', `no command ${id}`, { id });
    const { state } = entry.answer;
    const wrong = SETTLED.includes(state) || (op === 'abandon' && state !== 'compensating');
    if (wrong) return errorReply('invalid_request', `${id} is ${state}`, { field: 'id', id });
    if (op === 'cancel') this.#finish(entry, { state: 'rolled_back', reason: 'cancelled' });
    if (op === 'abandon') this.#finish(entry, { state: 'abandoned' });
    return entry.answer;
  }

  #operateOnMany({ op, filter, dryRun, limit = 100, cursor }: OperatorRequest): Answer {
    const states = filter?.state === undefined ? undefined : [filter.state].flat();
    const open = [...this.#journal.values()].filter(
      ({ answer: { state } }) =>
        !SETTLED.includes(state) &&
        (op === 'retry' || (state === 'compensating') === (op === 'abandon')) &&
        (states === undefined || (states as string[]).includes(state)),
    );
    // Cancelled commands leave the list: only a dry run and a retry need a cursor.
    const after = open.filter(({ answer }) => cursor === undefined || answer.id > cursor);
    const page = after.slice(0, limit);
    const commands = page.map((entry) =>
      dryRun === true ? shown(entry) : this.#operate(op, entry.answer.id),
    ) as CommandAnswer[];
    const last = page.at(-1);
    const more = after.length > page.length && last !== undefined;
    return { matched: after.length, commands, ...(more ? { next: last.answer.id } : {}) };
  }

  #report(request: Exclude<Request, CommandRequest | BatchRequest>): Answer {
    switch (request.op) {
      case 'retry':
      case 'cancel':
      case 'abandon':
        return request.id === undefined
          ? this.#operateOnMany(request)
          : this.#operate(request.op, request.id);
      case 'list':
        return this.#list(request);
      case 'status':
        return request.id === undefined
          ? summaryOf(Object.keys(this.nodes), this.#journal.size)
          : this.#status(request.id);
      case 'stats':
        return statsOf(this.nodes);
      case 'audit':
        return auditOf(this.nodes, request, (command) => this.#command(command, () => {}));
      case 'breaker':
        return breakersOf(Object.keys(this.nodes), request);
      default:
        return { pid: process.pid, version: '9.9.9', accepting: true };
    }
  }

  #status(id: string): Answer {
    const entry = this.#journal.get(id);
    if (entry === undefined) return errorReply('unknown_command', `no command ${id}`, { id });
    return shown(entry);
  }

  #list(filter: ListRequest): Answer {
    const states = filter.state === undefined ? undefined : [filter.state].flat();
    const after = Number(filter.cursor ?? 0);
    const found = [...this.#journal.values()].filter(
      ({ answer }) =>
        (states?.includes(answer.state) ?? true) &&
        (filter.groupId === undefined || filter.groupId === answer.groupId) &&
        (filter.idPrefix === undefined || answer.id.startsWith(filter.idPrefix)),
    );
    const end = after + filter.limit;
    const commands = found.slice(after, end).map(shown);
    return end < found.length ? { commands, next: String(end) } : { commands };
  }
}

/** ZeroMQ frees the port of a closed socket later. */
async function bind(socket: Router | Publisher, endpoint: string): Promise<void> {
  for (const until = performance.now() + 5000; ; ) {
    try {
      await socket.bind(endpoint);
      return;
    } catch (error) {
      const taken = (error as { code?: string }).code === 'EADDRINUSE';
      if (!taken || performance.now() > until) throw error;
      await sleep(1);
    }
  }
}

function shown({ answer, request }: Entry): CommandAnswer {
  return { ...answer, lane: request.lane, acceptedAt: '2026-11-23T02:00:00.000Z' };
}
