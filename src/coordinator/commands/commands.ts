/**
 * The life of every open command after its acceptance (`acceptance.ts`): in line for its key (P6), in its
 * lane, with an executor (`dispatcher.ts`), settled. The file has these stages in their order.
 *
 * It writes through the batch it is given; whatever a write allows (an answer, a dispatch, the next
 * command of the key) happens after that batch's commit (P2, P3).
 */
import { isIrreversible } from '../../core/forward-only.ts';
import { wantedBy } from '../../core/loose.ts';
import type { DurableEntry, Inherited, Settlement } from '../../core/model.ts';
import type { Moment, RecoverableCommand } from '../../journal/port.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { CommandChange } from '../../protocol/event.ts';
import type { Report } from '../../protocol/work.ts';
import type { Batch } from '../batch.ts';
import type { Admission } from '../breakers/admission.ts';
import type { Drains } from '../nodes/drains.ts';
import type { Retirements } from '../nodes/retirements.ts';
import { SettledCounts } from '../notify/settled-counts.ts';
import type { CoordinatorOptions, CoordinatorPorts } from '../ports.ts';
import { awaitedNodes } from '../queue/awaited-nodes.ts';
import { DeadlineWatch } from '../queue/deadline-watch.ts';
import { Dispatcher } from '../queue/dispatcher.ts';
import { KeyOrder } from '../queue/key-order.ts';
import { OpenCommand } from '../queue/open-command.ts';
import type { Pauses } from '../queue/pauses.ts';
import { Registry } from '../queue/registry.ts';
import { storyToKeep } from '../queue/story.ts';
import { progressAnswer, settledAnswer, withOrigin } from './answers.ts';
import { byItsOwnClock, takenUp } from './own-clock.ts';
import type { Probation } from './probation.ts';
import { endOfUndriven, type UndrivenEnd } from './undriven.ts';

/** Commands that are settled in one batch as their deadline has passed: 3 ms, and as much for the commit. */
const EXPIRED_MAX = 50;

type SettledReport = Extract<Report, { kind: 'settled' }>;

export interface CommandsStart {
  readonly ports: CoordinatorPorts;
  readonly options: CoordinatorOptions;
  readonly inherited: Inherited;
  readonly admission: Admission;
  readonly drains: Drains;
  readonly pauses: Pauses;
  readonly retirements: Retirements;
  readonly probation: Probation;
  readonly moment: () => Moment;
  /** Runs `act` in one of the next batches. */
  readonly post: (act: (batch: Batch) => void) => void;
}

export class Commands {
  readonly registry = new Registry();
  readonly keys = new KeyOrder();
  readonly settledCounts = new SettledCounts();
  readonly inherited: Inherited;
  readonly probation: Probation;
  /** See `CoordinatorOptions`. */
  readonly fold: (groupId: string) => string;
  readonly #start: CommandsStart;
  readonly #dispatcher: Dispatcher;
  readonly #deadlines = new DeadlineWatch();

  constructor(start: CommandsStart) {
    this.#start = start;
    this.inherited = start.inherited;
    this.probation = start.probation;
    this.fold = start.options.fold ?? ((groupId) => groupId);
    const onMore = () => start.post(() => {});
    this.#dispatcher = new Dispatcher({ ...start, keys: this.keys, onMore });
  }

  /** Commands that wait for a slot. */
  get waiting(): number {
    return this.#dispatcher.lanes.size;
  }

  /** Every slot is taken. */
  get isBusy(): boolean {
    return this.#dispatcher.isFull;
  }

  /** A new command, not durable yet. @returns whether it holds its key, and nothing loose is against it */
  add(open: OpenCommand): boolean {
    this.#register(open);
    return this.keys.enter(open) && this.#opposedUntil(open) === 0;
  }

  #register(open: OpenCommand): void {
    this.registry.add(open);
    this.#deadlines.add(open);
  }

  /** The acceptance of the command is durable. */
  accepted(open: OpenCommand): void {
    open.moveTo('waiting');
    this.#announce('accepted', open);
    if (this.keys.holds(open)) this.#hold(open);
    else this.#waitForKey(open);
  }

  #waitForKey(open: OpenCommand): void {
    const { waitsFor } = this.keys.waitsFor(open);
    if (waitsFor !== undefined)
      open.waitsFrom(this.#start.ports.now(), { for: 'key', command: waitsFor });
  }

  /** The command was never accepted: this is the answer for its client. */
  withdraw(open: OpenCommand, answer: CommandAnswer | ErrorReply): void {
    open.moveTo('gone');
    open.end(answer);
    this.#leave(open);
  }

  /** Takes up a command of an earlier life. Call in the order of `seq`, before any new one. */
  resume(stored: RecoverableCommand): void {
    const { command, ...recovered } = takenUp(stored, this.#start.moment());
    const open = new OpenCommand(command, recovered);
    for (const entry of recovered.entries) this.#note(open, entry);
    open.moveTo(stored.held ?? 'waiting');
    this.#register(open);
    if (this.probation.isCareful && !open.isHeld) this.probation.add(open);
    if (this.probation.unreported.includes(command.seq)) this.#announce('parked', open);
    const hasKey = this.keys.enter(open);
    if (open.recovered && !hasKey && !open.isHeld)
      throw new Error(`P6: two begun commands on ${command.groupId}`);
    if (hasKey) this.#hold(open);
    else this.#waitForKey(open);
  }

  /** An operator decided that a held command goes on; that is durable. */
  unhold(open: OpenCommand): void {
    if (!open.isHeld) return;
    if (open.stage === 'parked') this.probation.add(open);
    open.moveTo('waiting');
    this.#deadlines.add(open);
    const hasKey = this.keys.holds(open);
    if (hasKey) this.#hold(open);
  }

  /** The command holds its key: it gets in line for a slot once nothing loose opposes it. */
  #hold(open: OpenCommand): void {
    if (open.stage === 'gone' || open.isHeld) return;
    const { ports, post } = this.#start;
    open.waitsUntil(ports.now());
    const until = open.recovered ? 0 : this.#opposedUntil(open);
    if (until === 0) return this.#dispatcher.add(open);
    const nodes = Object.keys(awaitedNodes(open, this.keys, ports.now()) ?? {});
    open.waitsFrom(ports.now(), { for: 'landing', nodes });
    ports.at(until, () => post(() => this.#hold(open)));
  }

  #opposedUntil({ command }: OpenCommand): number {
    const now = this.#start.ports.now();
    return this.keys.opposedUntil(command.groupId, wantedBy(command), now);
  }

  /** Fills the free slots. */
  async dispatch(): Promise<void> {
    await this.#dispatcher.dispatch();
  }

  /** An executor reports durable entries, and waits until they are in the journal. */
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
      if (open.state === 'compensating' || open.stuck) this.#dispatcher.release(open);
      const { executor } = open;
      if (executor !== undefined) this.#start.ports.order(executor, { kind: 'journaled', seq });
    });
  }

  /** An executor restores a record, and needs the body that its survey found. */
  fetch(seq: number, node: string, batch: Batch): void {
    const { ports } = this.#start;
    batch.read(async () => {
      // It may have been abandoned meanwhile.
      const executor = this.registry.has(seq) ? this.registry.bySeq(seq).executor : undefined;
      if (executor === undefined) return;
      const body = await ports.journal.foundBody(seq, node);
      if (body === undefined)
        throw new Error(`the journal lacks the record of command ${seq} on ${node}`);
      ports.order(executor, { kind: 'fetched', seq, node, body });
    });
  }

  #note(open: OpenCommand, entry: DurableEntry): void {
    open.note(entry);
    if (entry.kind === 'turned') this.#announce('compensating', open);
    if (entry.kind === 'stuck') this.#announce('stuck', open);
  }

  /** An executor reports how its command ended. */
  settled(report: SettledReport, batch: Batch): void {
    this.#settle(this.registry.bySeq(report.seq), report, batch);
  }

  /**
   * Settles a command that no executor has had in this life or an earlier one, if that is what
   * follows from cancelling it, or from its deadline; or a held one, when an operator gives it up.
   * @returns whether it did
   */
  settleUndriven(open: OpenCommand, why: UndrivenEnd, batch: Batch): boolean {
    const { keys, inherited } = this;
    const { ports, options } = this.#start;
    const { policy } = options;
    const { drains, retirements } = this.#start;
    const ours = { keys, inherited, drains, retired: retirements.of(open.command) };
    const ending = { now: ports.now(), random: ports.random, policy, ...ours };
    const settlement = endOfUndriven(open, why, ending);
    if (settlement === undefined) return false;
    if (open.stage === 'ready') this.#dispatcher.remove(open);
    this.#settle(open, { settlement }, batch);
    return true;
  }

  /** Settles some of the commands past their deadline; returns whether that was all. */
  expireUndriven(batch: Batch): boolean {
    const { ports, options } = this.#start;
    let settled = 0;
    return this.#deadlines.look(this.registry.all(), ports.now(), (open) => {
      if (batch.room === 0 || settled === EXPIRED_MAX) return false;
      if (this.settleUndriven(open, 'ticked', batch)) settled++;
      // It may never end (P5), and would keep its slot from other keys (P6).
      if (isIrreversible(open.command, options.policy)) this.#dispatcher.release(open);
      return true;
    });
  }

  #settle(
    open: OpenCommand,
    { settlement, story: driven }: Pick<SettledReport, 'settlement' | 'story'>,
    batch: Batch,
  ): void {
    open.waitsUntil(settlement.at);
    const kept = storyToKeep(open, { settlement, driven }, this.#start);
    open.moveTo('gone');
    const { seq } = open.command;
    batch.settle({ seq, settlement: byItsOwnClock(settlement, open.behindMs), ...kept });
    batch.after(() => this.#end(open, settlement));
  }

  /** The settlement is durable. */
  #end(open: OpenCommand, settlement: Settlement): void {
    const { command } = open;
    if (settlement.loose !== undefined) {
      this.keys.addLoose(command.seq, command.groupId, settlement.loose);
    }
    const answer = settledAnswer(command, settlement);
    this.settledCounts.count(command, settlement);
    open.end(answer);
    this.#start.ports.publish({
      kind: 'command',
      topic: `command.${settlement.state}`,
      payload: () => answer,
    });
    this.#leave(open);
  }

  #leave(open: OpenCommand): void {
    this.#dispatcher.release(open);
    this.probation.end(open);
    this.registry.remove(open);
    const next = this.keys.leave(open);
    // One that is not accepted yet is taken up by its own acceptance.
    if (next !== undefined && next.stage !== 'new') this.#hold(next);
  }

  #announce(change: CommandChange, open: OpenCommand): void {
    const { publish, now } = this.#start.ports;
    const payload = () => withOrigin(progressAnswer(open, now()), open.command);
    publish({ kind: 'command', topic: `command.${change}`, payload });
  }
}

function withFindings(entry: Extract<DurableEntry, { kind: 'began' }>) {
  return entry.findings === undefined ? {} : { findings: entry.findings };
}
