/**
 * The judge: P1, P2, P4, P5 and P6, from what the nodes hold, what was sent and given up when, and
 * what is in the journal. It shares no code with the core; what opposes what is written out again.
 *
 * "As before" means: as at the moment the command began. Two things may change that moment's
 * picture without the command's doing, and are then right, too: another client's record, and a late
 * request of an earlier command that hits a node this command has not changed. (A delete that is
 * undone has no such excuse: it answers for every record its survey found.)
 */
import type { Command, Settlement } from '../../../src/core/model.ts';
import type { Exchange, Witness } from './cluster.ts';
import type { DurableLog } from './durable-log.ts';
import { checkOutcome, checkReason, checkTokens, checkTold, checkVictim } from './outcome.ts';
import type { Setting } from './setting.ts';
import {
  type GivenUp,
  type Records,
  type Scene,
  tell,
  Violation,
  type Watch,
  watchOf,
} from './watch.ts';

/** A flag may come later than its time by a crash and what the daemon then needs. */
const STUCK_SLACK = 50;

export class Checker implements Witness {
  readonly #setting: Setting;
  readonly #log: DurableLog;
  readonly #now: () => number;
  readonly #given: GivenUp[] = [];
  readonly #abandoned = new Set<number>();
  readonly #abandonAsked = new Set<number>();
  readonly #meddled = new Set<number>();
  readonly #cancelAsked = new Set<number>();
  #running: Watch | undefined;
  #latest: { watch: Watch; settlement: Settlement } | undefined;
  readonly #scene: Scene;
  readonly #fail: (promise: string, message: string) => void;

  /** @param more `outcomesOnly`: judges only by the records on the nodes in the end */
  constructor(
    setting: Setting,
    log: DurableLog,
    more: { now: () => number; records: Records; outcomesOnly: boolean },
  ) {
    const { now, records } = more;
    this.#setting = setting;
    this.#log = log;
    this.#now = now;
    this.#fail = (promise, message) => {
      if (promise === 'P1' || !more.outcomesOnly) throw new Violation(promise, message);
    };
    this.#scene = { setting, log, now, records, meddled: this.#meddled, fail: this.#fail };
  }

  /** A command leaves the queue: its survey or its intent is next. */
  begins(command: Command): void {
    if (this.#running !== undefined && this.#running.command !== command) {
      this.#fail('P6', `${command.id} begins while ${this.#running.command.id} is not settled`);
    }
    const opposed = this.#given.find(
      (one) =>
        one.command !== command && one.until > this.#now() && this.#opposesWant(one, command),
    );
    if (opposed !== undefined) {
      this.#fail('P4.4', `${command.id} begins before ${tell(opposed)} has ended`);
    }
    this.#latest = undefined;
    this.#running = watchOf(command, this.#scene.records);
  }

  sent({ command, node, request }: Exchange): void {
    const watch = this.#running;
    if (watch?.command !== command) {
      return this.#fail('P6', `${command.id} asks a node out of its turn`);
    }
    watch.asked[node] = this.#now();
    if (request.kind === 'read') return;
    const { began, turned, settled } = this.#log.of(command.seq);
    if (settled !== undefined) this.#fail('P3', `${command.id} acts after it is settled`);
    if (began === undefined) this.#fail('P2', `${command.id} acts before its intent`);
    const name = this.#setting.nodes[node] ?? '';
    if (command.op === 'delete' || this.#setting.dialect === 'challenge') {
      const finding = began?.findings?.[name];
      if (finding === undefined) this.#fail('P2', `${name} is changed without a finding`);
      const wanted = command.op === 'delete' ? 'present' : 'absent';
      if (finding?.presence !== wanted) this.#fail('P2', `${name} was as wanted, and is changed`);
    }
    if (this.#isIrreversible(command)) this.#checkFirst(watch, node);
    if (this.#setting.policy.defers === true) this.#refuseRepeat(command, node, request.kind);
    const backwards = request.kind !== command.op;
    const direction = turned ? 'prior' : this.#log.directionOf(command.seq, name);
    if (backwards !== (direction === 'prior')) {
      this.#fail('P2', `${command.id} sends a ${request.kind} while ${name} goes to ${direction}`);
    }
  }

  /** Nodes that act later would act twice. */
  #refuseRepeat(command: Command, node: number, effect: GivenUp['effect']): void {
    const first = this.#given.find(
      (one) =>
        one.command === command &&
        one.node === node &&
        one.effect === effect &&
        one.until > this.#now(),
    );
    if (first !== undefined) this.#fail('P4', `${command.id} repeats ${tell(first)} too early`);
  }

  gaveUp({ command, node, request }: Exchange): void {
    if (request.kind === 'read') return;
    this.#given.push({
      command,
      node,
      effect: request.kind,
      token: request.kind === 'create' ? request.token : request.guard,
      until: this.#now() + this.#setting.policy.quiesceMs,
    });
    if (this.#running?.command === command) this.#running.lost[node] = true;
  }

  changed(exchange: Exchange, before: Records[number], after: Records[number]): void {
    const { command, node } = exchange;
    const watch = this.#running ?? this.#latest?.watch;
    if (watch === undefined) return;
    if (watch.command === command) {
      if (watch === this.#running) checkVictim(this.#scene, watch, { node, victim: before });
      watch.changed[node] = true;
    } else if (!watch.changed[node]) {
      watch.prior[node]?.push(after);
    }
    if (watch.command !== command && after !== undefined) watch.stranger[node] = true;
    const latest = this.#latest;
    if (latest !== undefined) checkOutcome(this.#scene, latest.watch, latest.settlement);
  }

  /** A client or operator asked for it. */
  asked(command: Command, kind: string): void {
    if (kind === 'abandon') this.#abandonAsked.add(command.seq);
    if (kind === 'cancel') this.#cancelAsked.add(command.seq);
  }

  /** A node rejected the request. */
  denied(command: Command): void {
    if (this.#running?.command === command) this.#running.denied = true;
  }

  /** Another client changed a node. */
  foreign(node: number): void {
    const watch = this.#running;
    this.#meddled.add(node);
    if (watch !== undefined) {
      watch.prior[node] = [this.#scene.records[node]];
      watch.met[node] = true;
      watch.stranger[node] = true;
      if (watch.command.op === 'delete') watch.disturbed[node] = true;
    }
    if (this.#latest !== undefined) this.#latest.watch.disturbed[node] = true;
  }

  /** Whether no request that was given up can land any longer. */
  quiet(): boolean {
    return this.#given.every((one) => one.until < this.#now());
  }

  get running(): Command | undefined {
    return this.#running?.command;
  }

  /** Whether another client came between the running command and a node. */
  get isMet(): boolean {
    return this.#running?.met.includes(true) === true;
  }

  /** A settlement became durable. */
  settled(command: Command, settlement: Settlement): void {
    const watch = this.#running;
    this.#checkCompensation(command, settlement);
    if (this.#isIrreversible(command)) this.#checkForwardOnly(command, settlement);
    if (watch?.command !== command) {
      // It never began: it only waited.
      if (settlement.state !== 'refused') this.#fail('P1', `${command.id} did nothing`);
      return;
    }
    this.#running = undefined;
    checkTold(this.#scene, watch, settlement);
    if (settlement.state === 'abandoned') {
      this.#abandoned.add(command.seq);
      return;
    }
    if (this.#abandoned.size === 0) checkTokens(this.#scene);
    this.#checkWaits(watch, settlement);
    checkOutcome(this.#scene, watch, settlement);
    const cancelled =
      this.#cancelAsked.has(command.seq) ||
      (this.#isIrreversible(command) && this.#abandonAsked.has(command.seq));
    checkReason(this.#scene, watch, { settlement, cancelled });
    this.#latest = { watch, settlement };
  }

  /**
   * P5: it ends rolled back or by an operator's command, and people are notified if it takes long.
   */
  #checkCompensation(command: Command, { state, at }: Settlement): void {
    const { entries } = this.#log.of(command.seq);
    const turned = entries.find((entry) => entry.kind === 'turned');
    if (turned === undefined) return;
    if (
      state !== 'rolled_back' &&
      !(state === 'abandoned' && this.#abandonAsked.has(command.seq))
    ) {
      this.#fail('P5', `${command.id} compensated and ended ${state}`);
    }
    const flags = entries.filter((entry) => entry.kind === 'stuck').length;
    const late = at > turned.at + this.#setting.policy.stuckAfterMs + STUCK_SLACK;
    if (flags > 1 || (flags === 0 && late)) this.#fail('P5', `${command.id} was flagged ${flags}×`);
  }

  #isIrreversible({ op }: Command): boolean {
    return op === 'delete' && !this.#setting.policy.restores;
  }

  /**
   * P5: a delete that cannot be undone is never reported as undone, and people are notified if it
   * takes long.
   */
  #checkForwardOnly(command: Command, { state, at }: Settlement): void {
    const { entries } = this.#log.of(command.seq);
    if (state === 'rolled_back' || entries.some((entry) => entry.kind === 'turned')) {
      this.#fail('P1', `${command.id} is ${state}, and nothing can restore its records`);
    }
    if (state === 'abandoned' && !this.#abandonAsked.has(command.seq)) {
      this.#fail('P5', `${command.id} was given up by nobody`);
    }
    const flags = entries.filter((entry) => entry.kind === 'stuck').length;
    const from = command.deadlineAt + this.#setting.policy.stuckAfterMs;
    const late = state === 'committed' && at > from + STUCK_SLACK;
    if (flags > 1 || (flags === 0 && late)) this.#fail('P5', `${command.id} was flagged ${flags}×`);
    if (flags > 0 && at < from) this.#fail('P5', `${command.id} was flagged before its time`);
  }

  /**
   * Before the point of no return one node alone is asked to delete. A record that is gone counts as deleted by this
   * command, whoever did it: an earlier command's late request may have.
   */
  #checkFirst(watch: Watch, node: number): void {
    watch.deletes.add(node);
    const { findings } = this.#log.of(watch.command.seq).began ?? {};
    const isGone = this.#setting.nodes.some(
      (name, at) =>
        findings?.[name]?.presence === 'present' && this.#scene.records[at] === undefined,
    );
    const isPassed = isGone || watch.changed.includes(true) || watch.met.includes(true);
    if (!isPassed && watch.deletes.size > 1) {
      this.#fail('P1', `${watch.command.id} deletes on a second node before the first has done it`);
    }
  }

  /** A crash during a survey: the command will begin again. */
  forgetUnbegun(): void {
    const command = this.#running?.command;
    if (command !== undefined && this.#log.of(command.seq).began === undefined) {
      this.#running = undefined;
    }
  }

  /** P4.3, by the times alone. */
  #checkWaits(watch: Watch, { state }: Settlement): void {
    for (const one of this.#given) {
      if (one.until <= (watch.asked[one.node] ?? -1)) continue;
      const opposes =
        state === 'committed'
          ? this.#opposesWant(one, watch.command)
          : this.#opposesPrior(one, watch, state === 'rolled_back');
      if (opposes) this.#fail('P4.3', `${watch.command.id} is ${state} too early for ${tell(one)}`);
    }
  }

  #opposesPrior(one: GivenUp, watch: Watch, rolledBack: boolean): boolean {
    const { command, changed, lost } = watch;
    if ((one.effect === 'create') === (command.op === 'delete')) return false;
    const touched = changed[one.node] || (one.command === command && lost[one.node]);
    if (command.op === 'create') return touched === true;
    // A delete that is undone is responsible for every record that it found, touched or not.
    const found = this.#log.of(command.seq).began?.findings?.[this.#setting.nodes[one.node] ?? ''];
    if (found?.presence !== 'present' || !(touched || rolledBack)) return false;
    return this.#hitsPrior(one, watch);
  }

  #hitsPrior(one: GivenUp, watch: Watch): boolean {
    if (one.token === undefined || this.#setting.dialect === 'challenge') return true;
    return (
      this.#scene.records[one.node]?.token === one.token ||
      watch.prior[one.node]?.[0]?.token === one.token
    );
  }

  #opposesWant(one: GivenUp, command: Command): boolean {
    if (one.effect === command.op) return false;
    if (command.op === 'delete' || command.ensure || one.token === undefined) return true;
    return this.#setting.dialect === 'challenge' || one.token === command.token;
  }
}
