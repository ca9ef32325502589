/**
 * One simulated node: takes a call, applies chance and the configured faults, executes it by the
 * contract, and delivers the outcome. Stands between a port (HTTP, or messages of the shared port)
 * and the store. Does not know sockets.
 *
 * Invariants: an outcome is delivered only after every earlier change is committed; RANDOM_BEHAVIOR
 * applies before anything else is checked, as in the original; list calls have no faults.
 */

import { appliesTo, faultReply, type Plan, planFault } from '../faults/plan.ts';
import { Chance } from '../faults/random.ts';
import type { DeleteMissingStatus, Faults, NodeSettingsChange } from '../faults/schema.ts';
import type { Log } from '../log.ts';
import {
  asOutcome,
  type Outcome,
  RANDOM_408,
  RANDOM_500,
  RESET,
  SILENCE,
  type SimReply,
} from './answers.ts';
import { type CountedFault, Counters, type CountersReport } from './counters.ts';
import { list, perform, readBody } from './group-contract.ts';
import type { GroupRequest, ListRequest } from './group-request.ts';
import { Store } from './store.ts';

/** Bound of the effects that may wait to land late; further ones land at once. */
const LATE_EFFECTS_MAX = 100_000;

export interface NodeSettings {
  readonly name: string;
  readonly seed: number;
  randomBehavior: number;
  showTokens: boolean;
  deleteMissing: DeleteMissingStatus;
}

/** The caller that waits for an outcome. */
export interface Caller {
  deliver(outcome: Outcome): void;
}

interface Held {
  readonly caller: Caller;
  readonly outcome: Outcome;
}

const NO_FAULTS: Faults = {};

export class GroupNode {
  readonly settings: NodeSettings;
  readonly #start: NodeSettings;
  readonly #store: Store;
  readonly #log: Log;
  readonly #chance: Chance;
  readonly #late = new Set<NodeJS.Timeout>();
  readonly #slow = new Map<NodeJS.Timeout, Caller>();
  /** When the last of the slow calls that run one after the other ends, by `performance.now()`. */
  #serialUntil = 0;
  #counters = new Counters();
  #faults: Faults = NO_FAULTS;
  #timesLeft = Number.POSITIVE_INFINITY;
  #held: Held[] = [];
  #isClosed = false;

  /** Opens the node's file; throws what SQLite throws. */
  constructor(settings: NodeSettings, file: string, log: Log) {
    this.settings = { ...settings };
    this.#log = log;
    this.#start = settings;
    this.#chance = new Chance(settings.seed, settings.name);
    this.#store = new Store(file, () => this.#release());
  }

  group(request: GroupRequest, caller: Caller): void {
    // Calls that arrive while the process ends are dropped: nothing could commit them.
    if (this.#isClosed) return;
    this.#counters.calls[request.method] += 1;
    this.#chance.nextCall();
    const forced = this.#forced(request);
    if (forced !== undefined) return this.#answer(caller, forced);
    const random = this.#random();
    if (random !== undefined) return this.#answer(caller, random);
    const plan = this.#plan(request);
    if (plan === undefined) return this.#answer(caller, this.#perform(request));
    this.#suffered(plan.kind);
    this.#carryOut(plan, request, caller);
  }

  list(request: ListRequest, caller: Caller): void {
    this.#counters.calls.list += 1;
    this.#deliver(caller, asOutcome(list(request, this.#store, this.settings.name)));
  }

  /** Runs `then` once all changes before it are committed. */
  afterCommit(then: () => void): void {
    this.#deliver({ deliver: then }, SILENCE);
  }

  get count(): number {
    return this.#store.count;
  }

  get digest(): string {
    return this.#store.digest;
  }

  get faults(): Faults {
    return this.#faults;
  }

  setFaults(faults: Faults): void {
    this.#faults = Object.keys(faults).length === 0 ? NO_FAULTS : faults;
    this.#timesLeft = faults.times ?? Number.POSITIVE_INFINITY;
  }

  change({ randomBehavior, showTokens, deleteMissing }: NodeSettingsChange): void {
    this.settings.randomBehavior = randomBehavior ?? this.settings.randomBehavior;
    this.settings.showTokens = showTokens ?? this.settings.showTokens;
    this.settings.deleteMissing = deleteMissing ?? this.settings.deleteMissing;
  }

  /** Resets the node to an empty file: effects that wait never land, slow calls are cut. */
  reset(): void {
    const cut = [...this.#slow.values()];
    this.#dropTimers();
    this.#store.clear();
    for (const caller of cut) this.#deliver(caller, RESET);
    this.#counters = new Counters();
    this.#chance.restart();
    this.setFaults(NO_FAULTS);
    this.change(this.#start);
  }

  counters(): CountersReport {
    return this.#counters.report(this.#late.size);
  }

  /** Commits, delivers the outcomes that waited for it, and closes the file. */
  close(): void {
    this.#dropTimers();
    this.#store.close();
    this.#isClosed = true;
  }

  #dropTimers(): void {
    for (const timer of [...this.#late, ...this.#slow.keys()]) clearTimeout(timer);
    this.#late.clear();
    this.#slow.clear();
    this.#serialUntil = 0;
  }

  #forced(request: GroupRequest): SimReply | undefined {
    const status = this.#faults.forceStatus;
    if (status === undefined || !this.#mayStrike(request)) return undefined;
    this.#suffered('forceStatus');
    return faultReply(status, this.#faults);
  }

  #random(): SimReply | undefined {
    const rate = this.settings.randomBehavior;
    if (this.#log.debugs) this.#log.debug(`RANDOM_BEHAVIOR ${rate}`);
    if (rate === 0 || this.#chance.draw() >= rate) return undefined;
    this.#counters.faults.randomBehavior += 1;
    return this.#chance.draw() < 0.5 ? RANDOM_500 : RANDOM_408;
  }

  #plan(request: GroupRequest): Plan | undefined {
    if (this.#faults === NO_FAULTS || !this.#mayStrike(request)) return undefined;
    return planFault(this.#faults, request, this.#chance);
  }

  #mayStrike(request: GroupRequest): boolean {
    if (this.#timesLeft <= 0) return false;
    const faults = this.#faults;
    if (faults.on === undefined && faults.groupIds === undefined) return true;
    return appliesTo(faults, request.method, faults.groupIds && keyOf(request));
  }

  #suffered(kind: CountedFault): void {
    this.#counters.faults[kind] += 1;
    this.#timesLeft -= 1;
    if (this.#log.debugs) this.#log.debug(`Fault ${kind}`);
  }

  #perform(request: GroupRequest): SimReply {
    const answer = perform(request, this.#store, this.settings);
    if (this.#log.debugs) this.#log.debug(doneText(request, answer));
    return answer;
  }

  #carryOut(plan: Plan, request: GroupRequest, caller: Caller): void {
    switch (plan.kind) {
      case 'errorBefore':
      case 'lostRoute':
        return this.#answer(caller, plan.answer);
      case 'errorAfter':
        this.#perform(request);
        return this.#answer(caller, plan.answer);
      case 'resetBefore':
        return this.#deliver(caller, RESET);
      case 'resetAfter':
        this.#perform(request);
        return this.#deliver(caller, RESET);
      case 'noAnswer':
        if (plan.effect) this.#perform(request);
        return this.#deliver(caller, SILENCE);
      case 'late':
        this.#landLater(request, plan.delayMs);
        return this.#deliver(caller, plan.reset ? RESET : SILENCE);
      case 'slow':
        return this.#answerSlowly(plan, request, caller);
      case 'garbage':
        if (plan.effect) this.#perform(request);
        this.#counters.answered(plan.answer.status);
        return this.#deliver(caller, {
          kind: plan.truncated ? 'truncated' : 'answer',
          answer: plan.answer,
        });
    }
  }

  #landLater(request: GroupRequest, delayMs: number): void {
    if (this.#late.size >= LATE_EFFECTS_MAX) {
      this.#perform(request);
      return;
    }
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      this.#perform(request);
      this.#counters.countLanded();
    }, delayMs);
    this.#late.add(timer);
  }

  #answerSlowly(plan: Plan & { kind: 'slow' }, request: GroupRequest, caller: Caller): void {
    const early = plan.effect === 'before' ? this.#perform(request) : undefined;
    const timer = setTimeout(() => {
      this.#slow.delete(timer);
      this.#answer(caller, early ?? this.#perform(request));
    }, this.#waitFor(plan));
    this.#slow.set(timer, caller);
  }

  #waitFor({ delayMs, isSerial }: Plan & { kind: 'slow' }): number {
    if (!isSerial) return delayMs;
    const now = performance.now();
    this.#serialUntil = Math.max(now, this.#serialUntil) + delayMs;
    return this.#serialUntil - now;
  }

  #answer(caller: Caller, answer: SimReply): void {
    this.#counters.answered(answer.status);
    if (this.#log.debugs) this.#log.debug(`Response ${answer.status}, ${answer.body.trimEnd()}`);
    this.#deliver(caller, asOutcome(answer));
  }

  #deliver(caller: Caller, outcome: Outcome): void {
    if (this.#store.dirty) this.#held.push({ caller, outcome });
    else caller.deliver(outcome);
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const { caller, outcome } of held) caller.deliver(outcome);
  }
}

/** The effect of the call, at the time when it shows: without a fault, just before the answer. */
function doneText(request: GroupRequest, { status }: SimReply): string {
  const owner = request.timestamp === undefined ? '' : ` of ${request.timestamp}`;
  return `Done ${request.method} ${JSON.stringify(keyOf(request))}${owner}: ${status}`;
}

function keyOf(request: GroupRequest): string | undefined {
  if (request.method === 'read') return request.key;
  const body = readBody(request.body);
  return body.ok ? body.key : undefined;
}
