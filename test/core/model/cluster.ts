/**
 * The simulated nodes and the network in front of them: the outcome of each exchange, and its time.
 *
 * It keeps only the assumptions of the design about nodes: after an answer nothing lands (P4.1); a
 * request that was given up may land once until `quiesce` later (P4.2); a 4xx has no effect. Some
 * nodes defer a request (202): it lands until `quiesce` after the answer, or never.
 */
import type { Command, NodeReply, NodeRequest } from '../../../src/core/model.ts';
import type { Agenda } from './agenda.ts';
import type { Prng } from './prng.ts';
import type { FaultKind, Setting } from './setting.ts';
import { type StoredRecord, Violation } from './watch.ts';

export interface Exchange {
  readonly command: Command;
  readonly node: number;
  readonly request: NodeRequest;
  readonly reply: (answer: NodeReply) => void;
  /** It waits for its answer. */
  open: boolean;
  /** The node's answer at the time of the effect. */
  native: NodeReply | undefined;
  /** Rises when the effect is delayed or dropped: the earlier plan is then void. */
  plan: number;
}

/** Who watches the nodes. */
export interface Witness {
  sent(exchange: Exchange): void;
  gaveUp(exchange: Exchange): void;
  denied(command: Command): void;
  changed(
    exchange: Exchange,
    before: StoredRecord | undefined,
    after: StoredRecord | undefined,
  ): void;
}

const APPLIED: NodeReply = { kind: 'applied', detail: '2xx' };
const GONE: NodeReply = { kind: 'gone', detail: '404' };
const PERHAPS: NodeReply = { kind: 'perhaps', detail: '400' };
const ABSENT: NodeReply = { kind: 'absent', detail: '404' };
const LOST: NodeReply = { kind: 'lost', detail: 'timeout' };
const UNSENT: NodeReply = { kind: 'unsent', detail: 'refused connection' };
const REFUSED: NodeReply = { kind: 'refused', detail: '403' };
/** Of the one key there is. */
const NEW = JSON.stringify({ groupId: '5' });
const UNPROVEN: NodeReply = { kind: 'unproven', detail: '200, empty' };
const MISNAMED: NodeReply = { kind: 'misnamed', detail: '201 with another key' };
const DEFERRED: NodeReply = { kind: 'deferred', detail: '202' };
const UNREADABLE: NodeReply = { kind: 'unreadable', detail: '200 (HTML)' };
const MALFORMED: NodeReply = { kind: 'malformed', detail: '200 with another key' };

/** Of its content alone. */
function tagOf({ body }: StoredRecord): string {
  return JSON.stringify(body.length);
}

export class Cluster {
  readonly records: (StoredRecord | undefined)[];
  calm = false;
  readonly #agenda: Agenda;
  readonly #prng: Prng;
  readonly #setting: Setting;
  readonly #witness: Witness;
  #open: Exchange[] = [];

  constructor(
    setting: Setting,
    agenda: Agenda,
    more: { prng: Prng; records: (StoredRecord | undefined)[]; witness: Witness },
  ) {
    this.#setting = setting;
    this.#agenda = agenda;
    this.#prng = more.prng;
    this.#witness = more.witness;
    this.records = more.records;
  }

  send(
    command: Command,
    to: { node: number; request: NodeRequest },
    reply: Exchange['reply'],
  ): void {
    if (this.#open.some((one) => one.command === command && one.node === to.node)) {
      throw new Violation('one exchange', `${command.id} has two exchanges with node ${to.node}`);
    }
    const exchange: Exchange = { ...to, command, reply, open: true, native: undefined, plan: 0 };
    this.#open.push(exchange);
    this.#witness.sent(exchange);
    this.#meet(exchange, this.#fault(exchange));
  }

  /** Gives an exchange up on purpose; its answer comes as `lost`. */
  abort(command: Command, node: number): void {
    const exchange = this.#open.find((one) => one.command === command && one.node === node);
    if (exchange === undefined) return;
    this.#loosen(exchange);
    this.#agenda.after(0, () => exchange.reply(LOST));
  }

  /** The process is gone and receives no answers. */
  abandonAll(): void {
    for (const exchange of this.#open) this.#loosen(exchange);
  }

  /** The result of a read now. */
  peek(node: number): NodeReply {
    const record = this.records[node];
    if (record === undefined) return ABSENT;
    const tag = this.#setting.tags ? { tag: tagOf(record) } : {};
    const present: NodeReply = { kind: 'present', detail: '200', body: record.body, ...tag };
    return this.#setting.shows[node] ? { ...present, token: record.token } : present;
  }

  #fault({ node, request }: Exchange): FaultKind | undefined {
    const { faults } = this.#setting;
    if (this.calm) return undefined;
    if (!this.#prng.chance(node === faults.worst ? faults.worstRate : faults.rate))
      return undefined;
    const kind = this.#prng.pick(faults.kinds);
    const reads = request.kind === 'read';
    if (kind === 'unproven' && reads) return 'unreadable';
    if (kind === 'misnamed' && request.kind !== 'create')
      return reads ? 'unreadable' : 'lostBefore';
    if (reads && kind === 'perhaps') return 'unreadable';
    return !reads && kind === 'unreadable' ? undefined : kind;
  }

  #meet(exchange: Exchange, fault: FaultKind | undefined): void {
    const early = this.#prng.between(0, 2);
    const late = early + this.#prng.between(0, 2);
    switch (fault) {
      case undefined:
        if (this.#mayDefer(exchange) && this.#prng.chance(0.5)) return this.#defer(exchange, late);
        this.#land(exchange, early);
        return this.#answer(exchange, late, () => exchange.native ?? UNSENT);
      case 'unsent':
        return this.#answer(exchange, early, () => UNSENT);
      case 'perhaps':
        return this.#answer(exchange, late, () => PERHAPS);
      case 'refused':
        return this.#answer(exchange, late, () => {
          this.#witness.denied(exchange.command);
          return REFUSED;
        });
      case 'unproven':
        // A node that no longer answers, or a proxy that forwards nothing.
        if (this.#prng.chance(0.5)) this.#land(exchange, early);
        return this.#answer(exchange, late, () => UNPROVEN);
      case 'misnamed':
        return this.#misname(exchange, late);
      case 'unreadable':
        return this.#answer(exchange, late, () => {
          if (exchange.node % 2 === 0) return UNREADABLE;
          this.#witness.denied(exchange.command);
          return MALFORMED;
        });
      case 'unsureAfter':
        this.#land(exchange, early);
        return this.#answer(exchange, late, () => this.#unsure());
      case 'unsureBefore':
        return this.#answer(exchange, late, () => this.#unsure());
      default:
        return this.#lose(exchange, fault);
    }
  }

  #unsure(): NodeReply {
    const unsure: NodeReply = { kind: 'unsure', detail: '503' };
    return this.#prng.chance(0.2) ? { ...unsure, retryAfterMs: this.#prng.between(0, 20) } : unsure;
  }

  #lose(exchange: Exchange, fault: 'lostBefore' | 'lostAfter' | 'lostLate'): void {
    const { requestTimeout, policy } = this.#setting;
    const reset = this.#prng.chance(0.3);
    const givenUp = reset ? this.#prng.between(0, requestTimeout) : requestTimeout;
    if (fault === 'lostAfter') this.#land(exchange, this.#prng.between(0, givenUp));
    if (fault === 'lostLate') this.#land(exchange, givenUp + this.#lateness(policy.quiesceMs));
    this.#agenda.after(givenUp, () => {
      if (!exchange.open) return;
      this.#close(exchange);
      this.#witness.gaveUp(exchange);
      exchange.reply(LOST);
    });
  }

  #mayDefer({ request }: Exchange): boolean {
    return this.#setting.policy.defers === true && request.kind !== 'read';
  }

  #defer(exchange: Exchange, delay: number): void {
    const { quiesceMs } = this.#setting.policy;
    if (this.#prng.chance(0.9)) this.#land(exchange, delay + this.#lateness(quiesceMs));
    this.#answer(exchange, delay, () => {
      this.#witness.gaveUp(exchange);
      return DEFERRED;
    });
  }

  #misname(exchange: Exchange, delay: number): void {
    if (this.#prng.chance(0.5)) {
      this.#land(exchange, delay + this.#lateness(this.#setting.policy.quiesceMs));
    }
    this.#answer(exchange, delay, () => {
      this.#witness.denied(exchange.command);
      this.#witness.gaveUp(exchange);
      return MISNAMED;
    });
  }

  /** Often at the very end of the allowed time, where bugs are. */
  #lateness(quiesce: number): number {
    return this.#prng.chance(0.3) ? quiesce : this.#prng.between(0, quiesce);
  }

  #loosen(exchange: Exchange): void {
    this.#close(exchange);
    exchange.plan++;
    this.#witness.gaveUp(exchange);
    if (exchange.native !== undefined || this.#prng.chance(0.4)) return;
    this.#land(exchange, this.#lateness(this.#setting.policy.quiesceMs));
  }

  #close(exchange: Exchange): void {
    exchange.open = false;
    this.#open = this.#open.filter((one) => one !== exchange);
  }

  #answer(exchange: Exchange, delay: number, answer: () => NodeReply): void {
    this.#agenda.after(delay, () => {
      if (!exchange.open) return;
      this.#close(exchange);
      exchange.reply(answer());
    });
  }

  #land(exchange: Exchange, delay: number): void {
    const { plan } = exchange;
    this.#agenda.land(this.#agenda.now + delay, () => {
      if (exchange.plan === plan) exchange.native = this.#effect(exchange);
    });
  }

  #effect(exchange: Exchange): NodeReply {
    const { node, request } = exchange;
    const before = this.records[node];
    if (request.kind === 'read') return this.peek(node);
    if (request.kind === 'create') {
      if (before !== undefined) return PERHAPS;
      this.#store(exchange, { token: request.token, body: request.body ?? NEW });
      return APPLIED;
    }
    const guard = this.#setting.policy.tokens ? request.guard : undefined;
    if (before === undefined || (guard !== undefined && Number(guard) !== Number(before.token))) {
      return { gone: GONE, applied: APPLIED, perhaps: PERHAPS }[this.#setting.missing];
    }
    if (request.tag !== undefined && request.tag !== tagOf(before)) {
      this.#witness.denied(exchange.command);
      return REFUSED;
    }
    this.#store(exchange, undefined);
    return APPLIED;
  }

  #store(exchange: Exchange, after: StoredRecord | undefined): void {
    const before = this.records[exchange.node];
    this.records[exchange.node] = after;
    this.#witness.changed(exchange, before, after);
  }
}
