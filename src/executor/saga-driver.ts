/**
 * Drives sagas against the nodes: asks the core for the entries that follow from each input, has the durable ones
 * journaled, and performs the effects.
 *
 * - P2: while the journal has not confirmed an entry of a saga, nothing new is sent for it.
 * - P4: an aborted exchange answers `lost`; the core makes it loose.
 * - P5: a saga leaves this executor only when it is settled, or with the process. An exchange with a node whose
 *   breaker is not closed is held, which is no attempt (gate.ts).
 *
 * It decides nothing itself, opens no socket and reads no clock: see `ports.ts`.
 */

import type { Context, Effect, Input, Policy } from '../core/context.ts';
import { advance } from '../core/decide.ts';
import { evolve } from '../core/evolve.ts';
import { type DurableEntry, isDurable, type Settlement } from '../core/model.ts';
import { react } from '../core/react.ts';
import { isSettled } from '../core/transitions.ts';
import type { Inspection, OperatorAct, Order, Ticket } from '../protocol/work.ts';
import { noteSaga } from './error-context.ts';
import { Gate, type Trial } from './gate.ts';
import { Health } from './health.ts';
import { inspectionOf } from './inspection.ts';
import type { ExecutorPorts } from './ports.ts';
import { publicDetail } from './public-detail.ts';
import { Retiring } from './retiring/retiring.ts';
import {
  attemptsUnderway,
  isWorn,
  neverGivesUp,
  newRun,
  obeyed,
  type Run,
  stateOf,
  type Underway,
} from './run.ts';
import { FoundRecords } from './surveys/found-records.ts';

type ExchangeEffect = Extract<Effect, { kind: 'exchange' }>;

type Mode = 'driving' | 'draining' | 'interrupted';

export class SagaDriver {
  readonly #ports: ExecutorPorts;
  readonly #context: () => Context;
  readonly #policy: Policy;
  readonly #runs = new Map<number, Run>();
  readonly #gate: Gate<Run>;
  readonly #health: Health;
  readonly #found: FoundRecords;
  readonly #retiring: Retiring;
  #mode: Mode = 'driving';
  #drainedReported = false;
  #drainCheck = false;

  constructor(ports: ExecutorPorts, policy: Policy) {
    this.#ports = ports;
    this.#health = new Health(ports);
    const soon = (act: () => void) => void ports.at(ports.now(), act);
    this.#gate = new Gate({ act: (run) => this.#goOn(run), soon });
    this.#retiring = new Retiring({
      act: (run, node) => this.#isHere(run) && this.#take(run, { kind: 'retire', node }),
      soon,
    });
    this.#found = new FoundRecords({ ...ports, act: (run) => this.#goOn(run) });
    this.#policy = policy;
    this.#context = () => ({ now: ports.now(), random: ports.random, policy });
  }

  drive(order: Extract<Order, { kind: 'drive' }>): void {
    const { command, inherited } = order;
    const beside = this.#runs.size;
    const run = newRun(order, { policy: this.#policy, now: this.#ports.now(), beside });
    this.#runs.set(command.seq, run);
    this.#take(run, inherited === undefined ? { kind: 'driven' } : { kind: 'resumed', inherited });
  }

  /** The journal has confirmed the oldest unconfirmed entries of this saga. */
  journaled(seq: number): void {
    const run = this.#runs.get(seq);
    // The saga may have settled: its earlier entries are still confirmed.
    if (run === undefined) return;
    run.unconfirmed--;
    this.#found.journaled(run);
    this.#act(run);
  }

  /** The journal's answer to a `fetch`. */
  fetched(order: Extract<Order, { kind: 'fetched' }>): void {
    this.#found.fetched(order);
  }

  /**
   * An operator's act, answered when it has taken effect: a cancelled saga has turned or settled, an
   * abandoned one has settled.
   */
  operate(seq: number, act: OperatorAct, ticket: Ticket): void {
    const run = this.#runs.get(seq);
    if (run === undefined) return this.#answerOperator(ticket);
    run.operators.push(ticket);
    this.#take(run, { kind: act });
  }

  /** A node is gone for good. */
  retire(order: Extract<Order, { kind: 'retire' }>): void {
    this.#retiring.begin(order, this.#runs.values());
  }

  /** @param story also its steps so far */
  inspect(seq: number, story = false): Inspection | undefined {
    const run = this.#runs.get(seq);
    if (run === undefined) return undefined;
    const inspection = inspectionOf(run, this.#policy, this.#ports.now());
    return story ? { ...inspection, story: run.story.steps(attemptsUnderway(run)) } : inspection;
  }

  /** The breaker of a node has closed, or is no longer closed: then its exchanges are held. */
  breaker(node: string, closed: boolean): void {
    if (closed) this.#gate.open(node);
    else this.#gate.shut(node);
  }

  /** Lets one held exchange with a node begin as a trial; returns whether there was one. */
  letOneThrough(trial: Trial): boolean {
    return this.#mode === 'driving' && this.#gate.letOneThrough(trial);
  }

  /** Lets sagas go on until they settle or have to wait; then reports `drained`. */
  drain(): void {
    if (this.#mode !== 'driving') return;
    this.#mode = 'draining';
    // A saga that sleeps now is left to the next life; one that can go on does.
    for (const run of this.#runs.values()) this.#act(run);
    this.#checkDrained();
  }

  /** Gives up every exchange and sleep; then reports `drained`. */
  interrupt(): void {
    this.#mode = 'interrupted';
    for (const run of this.#runs.values()) {
      this.#wakeAt(run, undefined);
      for (const { exchange } of run.exchanges) exchange.abort();
    }
    this.#checkDrained();
  }

  #take(run: Run, input: Input): void {
    try {
      this.#step(run, input);
    } catch (error) {
      throw noteSaga(error, run.saga, input);
    }
  }

  #step(run: Run, input: Input): void {
    const { entries, saga } = advance(run.saga, input, this.#context());
    run.saga = saga;
    const durable: Exclude<DurableEntry, Settlement>[] = [];
    let settlement: Settlement | undefined;
    for (const entry of entries) {
      if (!isDurable(entry)) continue;
      if (entry.kind === 'settled') settlement = entry;
      else durable.push(entry);
      run.story.entry(entry);
    }
    const { seq } = run.saga.command;
    if (durable.length > 0) {
      run.unconfirmed++;
      this.#ports.report({ kind: 'entries', seq, entries: durable });
    }
    if (settlement !== undefined) this.#settle(run, settlement);
    for (const ticket of obeyed(run, this.#policy)) this.#answerOperator(ticket);
    this.#act(run);
  }

  #settle(run: Run, settlement: Settlement): void {
    this.#wakeAt(run, undefined);
    this.#gate.forget(run);
    this.#found.forget(run);
    // Only reads of a survey can still be running; no result of theirs is needed.
    for (const { exchange } of run.exchanges) exchange.abort();
    this.#runs.delete(run.saga.command.seq);
    const { seq } = run.saga.command;
    this.#ports.report({ kind: 'settled', seq, settlement, ...run.story.toKeep(settlement) });
  }

  /** The run was held; it may have settled since. While the daemon stops, it stays where it is. */
  #goOn(run: Run): void {
    if (this.#isHere(run) && this.#mode === 'driving') this.#act(run);
  }

  #isHere(run: Run): boolean {
    return this.#runs.get(run.saga.command.seq) === run;
  }

  /** Performs the effects that the saga owes, unless the journal has not confirmed its entries. */
  #act(run: Run): void {
    this.#gate.forget(run);
    let wakeAt: number | undefined;
    if (run.unconfirmed === 0 && this.#mode !== 'interrupted') {
      for (const effect of react(run.saga, this.#context())) {
        if (effect.kind === 'wait') wakeAt = effect.until;
        else this.#perform(run, effect);
      }
    }
    this.#wakeAt(run, wakeAt);
    this.#checkDrained();
  }

  #perform(run: Run, effect: Exclude<Effect, { kind: 'wait' }>): void {
    if (effect.kind === 'abort')
      run.exchanges.find(({ node }) => node === effect.node)?.exchange.abort();
    else if (!this.#found.admits(run)) return;
    else if (this.#gate.admits(effect.node)) this.#exchange(run, effect);
    else this.#exchangeIfTried(run, effect);
  }

  /** Most waits are for the deadline, and stay the same from reply to reply. */
  #wakeAt(run: Run, time: number | undefined): void {
    // While draining, a saga that has to wait is left to the next life.
    const isParked = this.#mode === 'draining' && time !== undefined && time > this.#ports.now();
    const at = isParked ? undefined : time;
    if (run.wake?.at === at) return;
    run.wake?.cancel();
    run.wake =
      at === undefined ? undefined : { at, cancel: this.#ports.at(at, () => this.#tick(run)) };
  }

  #tick(run: Run): void {
    run.wake = undefined;
    this.#take(run, { kind: 'ticked' });
  }

  #exchangeIfTried(run: Run, effect: ExchangeEffect): void {
    const isUrgent = neverGivesUp(run.saga, this.#policy);
    // A read that does not count for the node cannot show whether it is back.
    const reads = effect.request.kind === 'read' && !isWorn(run.saga, effect.node);
    const trial = this.#gate.enter(effect.node, { run, neverGivesUp: isUrgent, reads });
    if (trial !== undefined) this.#exchange(run, effect, trial);
    else run.story.held(effect.node, this.#ports.now());
  }

  #exchange(run: Run, { node, request }: ExchangeEffect, trial?: Trial): void {
    run.saga = evolve(run.saga, { kind: 'sent', node, request }, this.#policy);
    const { id, groupId } = run.saga.command;
    const at = this.#ports.now();
    run.story.began(node, at);
    // Nothing new has a connection before what never gives up, or a trial (P5).
    const isUrgent = trial !== undefined || neverGivesUp(run.saga, this.#policy);
    const own = this.#found.subjectOf(run, { node, request });
    const subject = isUrgent ? { ...own, isUrgent } : own;
    const exchange = this.#ports
      .node(node)
      .exchange(request, subject, (answer, healthSignal, tookMs) => {
        run.exchanges.splice(run.exchanges.indexOf(underway), 1);
        const counted = healthSignal === 'bad' && isWorn(run.saga, node) ? 'none' : healthSignal;
        const detail = publicDetail(subject, request, answer);
        if (trial === undefined) this.#health.note(node, { signal: counted, detail, tookMs });
        else trial.ended(counted, detail);
        const number = stateOf(run.saga, node)?.attempts ?? 0;
        const attempt = { id, node, groupId, request, number, answer, ms: tookMs };
        run.story.attempt(at, attempt, detail);
        this.#ports.attempted?.(attempt);
        if (isSettled(run.saga.state)) return this.#checkDrained();
        const isSurvey = run.saga.state === 'accepted';
        this.#take(run, { kind: 'answered', node, answer: this.#found.admitted(run, answer) });
        this.#found.yield(run, answer);
        const isRefused = isSurvey && stateOf(run.saga, node)?.verdict === 'refused';
        if (isRefused || answer.kind === 'misnamed') {
          this.#ports.surveyRefused?.({ node, groupId, reply: answer });
        }
        return undefined;
      });
    const underway: Underway = { node, request, at, exchange };
    run.exchanges.push(underway);
  }

  #answerOperator(ticket: Ticket): void {
    this.#ports.report({ kind: 'answered', ticket, value: { of: 'operate' } });
  }

  /** Checks, once a loop turn at most, whether every saga has ended or waits for the next life. */
  #checkDrained(): void {
    if (this.#mode === 'driving' || this.#drainCheck) return;
    this.#drainCheck = true;
    this.#ports.at(this.#ports.now(), () => {
      this.#drainCheck = false;
      if (this.#drainedReported || [...this.#runs.values()].some((run) => this.#isBusy(run)))
        return;
      this.#drainedReported = true;
      this.#ports.report({ kind: 'drained' });
    });
  }

  #isBusy(run: Run): boolean {
    if (run.exchanges.length > 0) return true;
    return this.#mode === 'draining' && (run.unconfirmed > 0 || run.wake !== undefined);
  }
}
