/**
 * The network between executors and nodes: the outcome of each exchange, and its time.
 *
 * It keeps only the assumptions of the design about nodes: after an answer nothing lands (P4.1); a
 * request that was given up (by the executor, by its timeout or by the death of the process) may
 * land, once or twice, until just before `quiesce` is over (P4.2); a 4xx has no effect. Some nodes defer
 * requests (202): these land before `quiesce` is over, counted from the answer, or never.
 */
import type { NodeReply } from '../../src/core/model.ts';
import type { Wanted } from '../../src/node/dialect/content/record-content.ts';
import { readReply } from '../../src/node/dialect/read-reply.ts';
import type { Course } from '../../src/node/health-signal.ts';
import type { KeyPage } from '../../src/node/list/listing.ts';
import type { Agenda } from '../core/model/agenda.ts';
import type { Prng } from '../core/model/prng.ts';
import { isDoubtful, misread } from './bad-answers.ts';
import type { Chance } from './chance.ts';
import { type ExchangeFault, isDuring, LANDS, TROUBLES, type Trouble } from './fault-plan.ts';
import type { Exchange, Happening } from './happening.ts';
import { bodyOf, type Http, type SimNode } from './node.ts';
import type { Plan } from './plan.ts';

interface Call {
  readonly exchange: Exchange;
  readonly node: SimNode;
  readonly done: (outcome: Outcome) => void;
  readonly prng: Prng;
  /** Waits for its answer. */
  open: boolean;
  /** The node's answer at the time of the effect. */
  landed: Http | undefined;
  /** Rises when it is given up by force: the planned events for it are then void. */
  attempt: number;
}

export interface Sent {
  /** Gives it up; the answer reports that. */
  abort(): void;
  /** No executor is left to receive an answer. */
  drop(): void;
}

/** The result of an exchange for its caller. */
export interface Outcome extends Course {
  readonly answer: NodeReply;
}

export interface NetworkOptions {
  readonly plan: Plan;
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly nodes: ReadonlyMap<string, SimNode>;
  readonly hear: (happening: Happening) => void;
  readonly note: (text: () => string) => void;
  /** ms of the daemon's wall clock. */
  readonly wallNow: () => number;
}

export class Network {
  calm = false;
  /** The time of the latest exchange that was given up: its request is loose from then, whether it lands or not. */
  gaveUpAt = 0;
  /** By key: nothing lands after this time, by present knowledge. */
  readonly #quietAt = new Map<string, number>();
  /** Number of failed exchanges. */
  faults = 0;
  readonly #options: NetworkOptions;
  readonly #sent = new Map<string, number>();
  #open = new Set<Call>();

  constructor(options: NetworkOptions) {
    this.#options = options;
    for (const trouble of options.plan.faults.troubles) this.#plan(trouble);
  }

  send(exchange: Exchange, done: (outcome: Outcome) => void): Sent {
    const { chance, nodes, hear: receive } = this.#options;
    const node = nodes.get(exchange.node);
    if (node === undefined) throw new Error(`there is no ${exchange.node}`);
    const name = this.#nameOf(exchange);
    const prng = chance.of(name);
    const call: Call = { exchange, node, done, prng, open: true, landed: undefined, attempt: 0 };
    this.#open.add(call);
    receive({ kind: 'sent', exchange });
    this.#meet(call, this.#faultOf(name, call) ?? this.#deferral(call));
    return { abort: () => this.#abort(call), drop: () => this.#drop(call) };
  }

  /** One page of a node's keys. */
  list(name: string, [after, limit]: readonly [after: string, limit: number]): KeyPage {
    const node = this.#options.nodes.get(name);
    if (node === undefined || this.#troubleOf(name) !== undefined) return { error: 'no answer' };
    const keys = [...node.records.keys()].sort().filter((key) => key > after);
    return { keys: keys.slice(0, limit), more: keys.length > limit };
  }

  /** Nothing lands after this time on this key, or on any key, by present knowledge. */
  quietAt(groupId?: string): number {
    if (groupId !== undefined) return this.#quietAt.get(groupId) ?? 0;
    return Math.max(0, ...this.#quietAt.values());
  }

  /** The process is gone, and receives no answers. */
  loosenAll(isKilled: boolean): void {
    const { outliving } = this.#options.plan;
    for (const call of this.#open) this.#loosen(call, isKilled ? outliving[call.exchange.node] : 0);
  }

  /** Unique, and independent of other events: the `2nd` request of a command to a node. */
  #nameOf({ command, node, request }: Exchange): string {
    const pair = `${command.id} to ${node}`;
    const count = (this.#sent.get(pair) ?? 0) + 1;
    this.#sent.set(pair, count);
    return `exchange ${count} of ${pair}, ${request.kind}`;
  }

  #faultOf(name: string, call: Call): ExchangeFault | undefined {
    const { plan, chance, note } = this.#options;
    const { kinds, rates } = plan.faults;
    const trouble = this.#troubleOf(call.node.plan.name);
    const strikes =
      !this.calm && kinds.length > 0 && call.prng.chance(rates[call.node.plan.name] ?? 0);
    if (trouble === undefined && !strikes) return undefined;
    const fault =
      trouble === undefined ? call.prng.pick(kinds) : call.prng.pick(TROUBLES[trouble.kind]);
    if (trouble === undefined && !chance.strikes(`${name}: ${fault}`)) return undefined;
    this.faults++;
    note(() => `  (${name}: ${fault})`);
    return fault;
  }

  #troubleOf(node: string): Trouble | undefined {
    const { plan, agenda } = this.#options;
    const isNow = (one: Trouble) => isDuring(one, agenda.now, this.calm);
    return plan.faults.troubles.find((one) => one.node === node && isNow(one));
  }

  #isDown(call: Call): boolean {
    const kind = this.#troubleOf(call.node.plan.name)?.kind;
    return kind === 'down' || kind === 'amnesia';
  }

  #plan({ kind, node, to }: Trouble): void {
    const { agenda, nodes, hear: receive, note } = this.#options;
    if (kind !== 'amnesia') return;
    agenda.land(to, () => {
      note(() => `${node} has lost all its data`);
      nodes.get(node)?.records.clear();
      receive({ kind: 'emptied', node });
    });
  }

  #meet(call: Call, fault: ExchangeFault | undefined): void {
    const { plan, agenda } = this.#options;
    const [least, most] = plan.pace.network;
    const hangTimeouts = plan.requestTimeoutMs;
    const slow = fault === 'slow';
    const arrival = call.prng.between(least, slow ? hangTimeouts : Math.min(most, hangTimeouts));
    const answer = arrival + call.prng.between(least, slow ? hangTimeouts : most);
    const lands = LANDS.has(fault ?? 'none');
    if (lands) this.#land(call, arrival);
    if (fault === 'lostBefore' || fault === 'lostAfter' || fault === 'late' || fault === 'twice') {
      return this.#lose(call, fault);
    }
    if (answer >= hangTimeouts)
      return agenda.after(hangTimeouts, () => this.#giveUp(call, 'timeout'));
    return agenda.after(answer, () => this.#answer(call, fault));
  }

  /** A node that acts later does so in calm times, too. */
  #deferral({ exchange: { request }, prng }: Call): ExchangeFault | undefined {
    const { defers } = this.#options.plan.policy;
    return defers === true && request.kind !== 'read' && prng.chance(0.5) ? 'deferred' : undefined;
  }

  #lose(call: Call, fault: 'lostBefore' | 'lostAfter' | 'late' | 'twice'): void {
    const { plan, agenda } = this.#options;
    const hangTimeouts = plan.requestTimeoutMs;
    const end = call.prng.chance(0.3) ? call.prng.between(0, hangTimeouts) : hangTimeouts;
    if (fault === 'lostAfter' || fault === 'twice') this.#land(call, call.prng.between(0, end));
    if (fault === 'late' || fault === 'twice') this.#land(call, end + this.#lateness(call));
    agenda.after(end, () => this.#giveUp(call, 'no answer'));
  }

  #answer(call: Call, fault: ExchangeFault | undefined): void {
    const { plan, wallNow, hear: receive } = this.#options;
    if (!call.open) return;
    if (this.#isDown(call)) return this.#giveUp(call, 'reset');
    const { exchange } = call;
    if (fault === 'unsent') {
      receive({ kind: 'answered', exchange, denied: false });
      return this.#end(call, { kind: 'unsent', detail: 'ECONNREFUSED' });
    }
    const { request, command } = exchange;
    const http = misread(fault, {
      request,
      groupId: command.groupId,
      namesKey: plan.dialect.mark !== null,
      prng: call.prng,
    }) ??
      call.landed ?? { status: 500, body: 'it never came' };
    const answer = readReply(
      plan.dialect,
      { kind: request.kind, groupId: command.groupId, wanted: wantedBy(exchange) },
      { ...http, at: wallNow() },
    );
    // An empty success to a delete counts as an answer, of any sender: nothing lands after it.
    if (!isDoubtful(fault) || answer.kind === 'unproven') {
      receive({ kind: 'answered', exchange, denied: answer.kind === 'refused' });
      return this.#end(call, answer, http.status);
    }
    if (call.landed === undefined && call.prng.chance(0.5)) this.#land(call, this.#lateness(call));
    this.#tellGivenUp({
      kind: 'gaveUp',
      exchange,
      denied: answer.kind === 'misnamed' || answer.kind === 'malformed',
    });
    return this.#end(call, answer, http.status);
  }

  #giveUp(call: Call, detail: string): void {
    if (!call.open) return;
    this.#tellGivenUp({ kind: 'gaveUp', exchange: call.exchange, denied: false });
    this.#end(call, { kind: 'lost', detail: detail });
  }

  #tellGivenUp(happening: Extract<Happening, { kind: 'gaveUp' }>): void {
    const { agenda, hear } = this.#options;
    this.gaveUpAt = agenda.now;
    hear(happening);
  }

  /** Its executor gives it up; a request that was not sent yet never will be. */
  #abort(call: Call): void {
    if (!call.open) return;
    const { agenda, hear: receive } = this.#options;
    const unsent = call.landed === undefined && call.prng.chance(0.2);
    if (unsent) {
      call.attempt++;
      this.#close(call);
      receive({ kind: 'answered', exchange: call.exchange, denied: false });
    } else {
      this.#loosen(call);
    }
    const answer: NodeReply = { kind: unsent ? 'unsent' : 'lost', detail: 'given up' };
    agenda.after(0, () =>
      call.done({ answer, status: undefined, isStarted: true, isOurs: false, isGivenUp: true }),
    );
  }

  #drop(call: Call): void {
    if (call.open) this.#loosen(call);
  }

  /** @param outlivingMs the time for which the kernel continues to send it */
  #loosen(call: Call, outlivingMs = 0): void {
    const { plan } = this.#options;
    this.#close(call);
    call.attempt++;
    this.#tellGivenUp({ kind: 'gaveUp', exchange: call.exchange, denied: false, outlivingMs });
    if (call.prng.chance(plan.faults.landing)) this.#land(call, this.#lateness(call, outlivingMs));
  }

  #end(call: Call, answer: NodeReply, status?: number): void {
    this.#close(call);
    call.done({ answer, status, isStarted: true, isOurs: false, isGivenUp: false });
  }

  #close(call: Call): void {
    call.open = false;
    this.#open.delete(call);
  }

  /** Often at the very end of the allowed time, where bugs are. */
  #lateness({ prng }: Call, outlivingMs = 0): number {
    const longest = Math.max(this.#options.plan.policy.quiesceMs, outlivingMs) - 1;
    return prng.chance(0.4) ? longest : prng.between(0, longest);
  }

  #land(call: Call, delay: number): void {
    const { agenda } = this.#options;
    const { attempt } = call;
    const { groupId } = call.exchange.command;
    this.#quietAt.set(groupId, Math.max(this.quietAt(groupId), agenda.now + delay));
    agenda.land(agenda.now + delay, () => {
      if (call.attempt === attempt && !this.#isDown(call)) this.#effect(call);
    });
  }

  #effect(call: Call): void {
    const { hear: receive, note } = this.#options;
    const { exchange, node } = call;
    const { request, command, record } = exchange;
    const { groupId, seq: by } = command;
    const { http, before, after } = node.handle(request, { groupId, by, record });
    call.landed = http;
    note(() => `${command.id}: ${request.kind} lands on ${exchange.node}: ${http.status}`);
    if (before !== after) receive({ kind: 'changed', exchange, before, after });
  }
}

function wantedBy({ command, record }: Exchange): Wanted | undefined {
  const { digest } = command.record ?? {};
  if (record === undefined || digest === undefined) return undefined;
  return { record, digest, sent: () => bodyOf(command.groupId, record) };
}
