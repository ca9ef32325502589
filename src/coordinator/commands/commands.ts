/**
 * The life of every open command: taken in, in line for its key (P6), in its lane, with an
 * executor (`dispatcher.ts`), settled. The way of a command is this file from top to bottom.
 *
 * It writes through the turn it is given; whatever a write allows (an answer, a dispatch, the next
 * command of the key) happens after that turn's commit (P2, P3).
 */
import { needsSurvey } from '../../core/goal.ts';
import { wantedBy } from '../../core/loose.ts';
import type { Command, DurableEntry, Inherited, Settlement } from '../../core/model.ts';
import type {
  Moment,
  StoredCommand,
  RecoverableCommand as StoredOpen,
} from '../../journal/port.ts';
import { refusalReply } from '../../protocol/accepting.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import { errorReply } from '../../protocol/errors.ts';
import type { CommandChange } from '../../protocol/event.ts';
import type { CommandRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import type { Admission } from '../breakers/admission.ts';
import { SettledCounts } from '../notify/settled-counts.ts';
import type { CoordinatorOptions, CoordinatorPorts, Respond } from '../ports.ts';
import { DeadlineWatch } from '../queue/deadline-watch.ts';
import { Dispatcher } from '../queue/dispatcher.ts';
import { KeyOrder } from '../queue/key-order.ts';
import type { Lanes } from '../queue/lanes.ts';
import {
  addWaiter,
  isHeld,
  type OpenCommand,
  openCommand,
  takeWaiters,
} from '../queue/open-command.ts';
import type { Pauses } from '../queue/pauses.ts';
import { Registry } from '../queue/registry.ts';
import { progressAnswer, settledAnswer, waitingAnswer, withOrigin } from './answers.ts';
import { expiryOf } from './expiry.ts';
import { Intake } from './intake.ts';
import { type Counters, Numbering } from './numbering.ts';
import { byItsOwnClock, takenUp } from './own-clock.ts';
import type { Probation } from './probation.ts';
import { type Asking, Repeats, repeatAnswer } from './repeats.ts';
import { endOfUndriven, type UndrivenEnd } from './undriven.ts';

export interface CommandsStart {
  readonly ports: CoordinatorPorts;
  readonly options: CoordinatorOptions;
  readonly counters: Counters;
  readonly inherited: Inherited;
  readonly admission: Admission;
  readonly pauses: Pauses;
  readonly probation: Probation;
  readonly moment: () => Moment;
}

export class Commands {
  readonly registry = new Registry();
  readonly keys = new KeyOrder();
  readonly settledCounts = new SettledCounts();
  readonly inherited: Inherited;
  readonly intake: Intake;
  /** Whoever would start the daemon anew is gone. */
  unsupervised = false;
  readonly probation: Probation;
  readonly #dispatcher: Dispatcher;
  readonly #ports: CoordinatorPorts;
  readonly #options: CoordinatorOptions;
  readonly #post: (act: (batch: Batch) => void) => void;
  readonly #numbering: Numbering;
  readonly #admission: Admission;
  readonly #pauses: Pauses;
  readonly #deadlines = new DeadlineWatch();
  readonly #moment: () => Moment;
  readonly #repeats: Repeats;

  /** @param post has something done in a turn of its own, soon */
  constructor(start: CommandsStart, post: (act: (batch: Batch) => void) => void) {
    const { ports, options } = start;
    this.#ports = ports;
    this.#options = options;
    this.#post = post;
    this.#admission = start.admission;
    this.#pauses = start.pauses;
    this.#moment = start.moment;
    this.#repeats = new Repeats(ports, this.keys);
    const { admission, counters, inherited, probation } = start;
    this.intake = new Intake({ ports, options, registry: this.registry, admission });
    this.inherited = inherited;
    this.probation = probation;
    this.#numbering = new Numbering(ports, options, counters);
    this.#dispatcher = new Dispatcher({ ...start, keys: this.keys, onMore: () => post(() => {}) });
  }

  get lanes(): Lanes {
    return this.#dispatcher.lanes;
  }

  /** Takes a command in, or says why not. */
  accept(request: CommandRequest, respond: Respond<CommandAnswer>, batch: Batch): void {
    const unroutable = this.#options.unroutable(request.groupId);
    if (unroutable !== undefined) {
      const about = request.id === undefined ? {} : { id: request.id };
      return respond(errorReply('invalid_request', unroutable, { field: 'groupId', ...about }));
    }
    const twin = request.id === undefined ? undefined : this.registry.byId(request.id);
    // Only the commit of its twin will tell whether the twin itself is a repeat: come back then.
    const again = () => this.#post((later) => this.accept(request, respond, later));
    if (twin?.stage === 'new') return again();
    if (twin !== undefined) return this.#repeats.join(twin, { request, respond }, batch);
    const refusal = this.intake.refusalOf(request);
    // A daemon that has too much to do, or no time, does not look every id up.
    if (refusal?.reason === 'full' || refusal?.reason === 'draining') {
      return respond(refusalReply(refusal, request.id));
    }
    const rejection =
      expiryOf(request, this.#ports.clientNow()) ??
      (refusal === undefined ? undefined : refusalReply(refusal, request.id));
    if (rejection !== undefined) {
      return this.#repeats.answerFirst({ request, respond }, { rejection, again }, batch);
    }
    const open = openCommand(this.#numbering.command(request));
    this.#add(open);
    if (request.wait === 'settled') addWaiter(open, respond);
    // P6: only who holds its key may begin; and only if nothing loose is against it (P4.4).
    const { command } = open;
    const held = this.keys.enter(open);
    const isOpen = this.#admission.isFree && !this.#pauses.has(command.lane);
    const mayBegin = held && isOpen && this.#opposedUntil(command) === 0;
    const begun = mayBegin && !needsSurvey(command, this.#options.policy);
    if (begun) open.state = 'applying';
    batch.accept({ command, begun }, (existing) => {
      if (existing !== undefined) return this.#withdraw(open, existing, { request, respond });
      if (open.stage === 'new') open.stage = 'waiting';
      this.#announce('accepted', open);
      if (request.wait === 'accepted') respond(waitingAnswer(open, this.keys, this.#ports.now()));
      if (this.keys.holds(open)) this.#hold(open);
      return undefined;
    });
  }

  #add(open: OpenCommand): void {
    this.registry.add(open);
    this.#deadlines.add(open);
  }

  /** P7: the id was taken already, by a command that is settled. */
  #withdraw(open: OpenCommand, first: StoredCommand, { request, respond }: Asking): void {
    const answer = repeatAnswer(first, request, this.#ports.now());
    if (request.wait === 'accepted') respond(answer);
    for (const waiter of takeWaiters(open)) waiter(answer);
    open.answer = answer;
    this.#leave(open);
  }

  /** Takes up a command of an earlier life. Call in the order of `seq`, before any new one. */
  resume(stored: StoredOpen): void {
    const { command, entries, behindMs } = takenUp(stored, this.#moment());
    const open = openCommand(command, entries.length > 0, behindMs);
    for (const entry of entries) this.#note(open, entry);
    open.entries = entries;
    open.stage = stored.held ?? 'waiting';
    this.#add(open);
    if (this.probation.isCareful && !isHeld(open)) this.probation.add(open);
    if (this.probation.untold.includes(command.seq)) this.#announce('parked', open);
    const hasKey = this.keys.enter(open);
    if (open.recovered && !hasKey && !isHeld(open))
      throw new Error(`P6: two begun commands on ${command.groupId}`);
    if (hasKey) this.#hold(open);
  }

  /** An operator has a held command go on; that is durable. */
  unhold(open: OpenCommand): void {
    if (!isHeld(open)) return;
    if (open.stage === 'parked') this.probation.add(open);
    open.stage = 'waiting';
    this.#deadlines.add(open);
    const hasKey = this.keys.holds(open);
    if (hasKey) this.#hold(open);
  }

  /** The command holds its key: it gets in line for a place once nothing loose opposes it. */
  #hold(open: OpenCommand): void {
    if (open.stage === 'gone' || isHeld(open)) return;
    if (open.recovered) return this.#dispatcher.add(open);
    const until = this.#opposedUntil(open.command);
    if (until === 0) return this.#dispatcher.add(open);
    open.stage = 'waiting';
    this.#ports.at(until, () => this.#post(() => this.#hold(open)));
  }

  #opposedUntil(command: Command): number {
    return this.keys.opposedUntil(command.groupId, wantedBy(command), this.#ports.now());
  }

  /**
   * Settles a command that no executor has had in this life or an earlier one, if that is what
   * follows from cancelling it, or from its deadline; or one that is held, when it is given up.
   * @returns whether it did
   */
  settleUndriven(open: OpenCommand, why: UndrivenEnd, batch: Batch): boolean {
    const { keys, inherited } = this;
    const { now, random } = this.#ports;
    const { policy } = this.#options;
    const ending = { now: now(), random, policy, keys, inherited };
    const settlement = endOfUndriven(open, why, ending);
    if (settlement === undefined) return false;
    if (open.stage === 'ready') this.#dispatcher.remove(open);
    open.stage = 'gone';
    this.settled(open.command.seq, settlement, batch);
    return true;
  }

  /** Refuses what has waited past its deadline, as far as there is room; returns if that was all. */
  expireUndriven(batch: Batch): boolean {
    return this.#deadlines.look(this.registry.all(), this.#ports.now(), (open) => {
      if (batch.room === 0) return false;
      this.settleUndriven(open, 'ticked', batch);
      return true;
    });
  }

  /** Fills the free places. */
  async dispatch(): Promise<void> {
    if (!this.intake.draining) await this.#dispatcher.dispatch();
  }

  /** Durable entries that an executor wants to go on from. */
  entries(seq: number, entries: readonly Exclude<DurableEntry, Settlement>[], batch: Batch): void {
    const open = this.registry.bySeq(seq);
    const rest: Exclude<DurableEntry, Settlement | { kind: 'began' }>[] = [];
    for (const given of entries) {
      const entry = byItsOwnClock(given, open.behindMs);
      if (entry.kind !== 'began') rest.push(entry);
      else batch.begin({ seq, at: entry.at, ...withFindings(entry) });
    }
    if (rest.length > 0) batch.append({ seq, entries: rest });
    batch.after(() => {
      for (const entry of entries) this.#note(open, entry);
      if (open.state === 'compensating') this.#dispatcher.release(open);
      const { executor } = open;
      if (executor !== undefined) this.#ports.order(executor, { kind: 'journaled', seq });
    });
  }

  /** What a durable entry means for the coordinator's own view. */
  #note(open: OpenCommand, entry: DurableEntry): void {
    if (entry.kind === 'began') open.state = 'applying';
    if (entry.kind === 'turned') {
      open.state = 'compensating';
      open.reason = entry.reason;
      this.#announce('compensating', open);
    }
    if (entry.kind === 'stuck') {
      open.stuck = true;
      this.#announce('stuck', open);
    }
  }

  settled(seq: number, settlement: Settlement, batch: Batch): void {
    const open = this.registry.bySeq(seq);
    batch.settle({ seq, settlement: byItsOwnClock(settlement, open.behindMs) });
    batch.after(() => this.#end(open, settlement));
  }

  #end(open: OpenCommand, settlement: Settlement): void {
    const { command } = open;
    if (settlement.loose !== undefined) {
      this.keys.addLoose(command.seq, command.groupId, settlement.loose);
    }
    const answer = settledAnswer(command, settlement);
    open.answer = answer;
    this.settledCounts.count(command, settlement);
    for (const waiter of takeWaiters(open)) waiter(answer);
    this.#ports.publish({
      kind: 'command',
      topic: `command.${settlement.state}`,
      payload: () => answer,
    });
    this.#leave(open);
  }

  #leave(open: OpenCommand): void {
    open.stage = 'gone';
    this.#dispatcher.release(open);
    this.probation.end(open);
    this.registry.remove(open);
    const next = this.keys.leave(open);
    // One that is not accepted yet is taken up by its own acceptance.
    if (next !== undefined && next.stage !== 'new') this.#hold(next);
  }

  #announce(change: CommandChange, open: OpenCommand): void {
    this.#ports.publish({
      kind: 'command',
      topic: `command.${change}`,
      payload: () => withOrigin(progressAnswer(open, this.#ports.now()), open.command),
    });
  }
}

function withFindings(entry: Extract<DurableEntry, { kind: 'began' }>) {
  return entry.findings === undefined ? {} : { findings: entry.findings };
}
