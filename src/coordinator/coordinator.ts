/**
 * The batch machine: what has arrived from clients and executors is handled in
 * one turn, everything it wants written goes into one commit, and only then what that allows is
 * sent. While a commit runs, the next turn's input gathers: that is group commit.
 *
 * What a client's request comes to stands in `requests.ts`, what happens to commands in `commands.ts`.
 */
import { Fifo } from '../base/fifo.ts';
import type { Inherited } from '../core/model.ts';
import type { CommitResult, Moment } from '../journal/port.ts';
import type { SummaryAnswer } from '../protocol/answer.ts';
import { errorReply } from '../protocol/errors.ts';
import type { Request } from '../protocol/request.ts';
import type { WorkReport } from '../protocol/work.ts';
import { Divergence } from './audit/divergence.ts';
import { Batch } from './batch.ts';
import { Breakers } from './breakers/breakers.ts';
import { Commands } from './commands/commands.ts';
import type { Counters } from './commands/numbering.ts';
import { type Crashes, Probation } from './commands/probation.ts';
import { Upkeep } from './journal/upkeep.ts';
import type { Cancel, CoordinatorOptions, CoordinatorPorts, Respond } from './ports.ts';
import { type OpenCommand, takeWaiters } from './queue/open-command.ts';
import { Pauses } from './queue/pauses.ts';
import { Looks } from './requests/looks.ts';
import { Questions } from './requests/questions.ts';
import { Requests } from './requests/requests.ts';

/** The most that one turn handles, whether it writes or not: sockets are read between turns. */
const BATCH_ITEMS_MAX = 1000;
/** And the longest that it handles them, ms: whoever arrives meanwhile waits no longer for the next. */
const BATCH_MS_MAX = 20;
/** How often deadlines of waiting commands, loose requests and questions are looked after. */
const SWEEP_MS = 250;

const NO_CRASHES: Crashes = { inARow: 0, all: 0 };
const NOTHING: CommitResult = { existing: new Map() };

export interface CoordinatorStart {
  readonly ports: CoordinatorPorts;
  readonly options: CoordinatorOptions;
  readonly counters: Counters;
  /** See `Life`. */
  readonly inherited: Inherited;
  readonly crashes?: Crashes;
  /** A turn failed: the journal is out of reach, or a programmer erred. Nothing goes on. */
  readonly onFatal: (error: unknown) => void;
  /** A turn is through: it gets somewhere (P8). At least every 250 ms, if nothing holds it up. */
  readonly onBatch?: () => void;
  /** Every executor has ended or set aside its work, or is lost. */
  readonly onDrained: () => void;
  /** See `Probation`. */
  readonly onTakenUp?: () => void;
}

export class Coordinator {
  readonly commands: Commands;
  readonly breakers: Breakers;
  readonly pauses: Pauses;
  readonly #start: CoordinatorStart;
  readonly #startedAt: number;
  readonly #questions = new Questions();
  readonly #requests: Requests;
  readonly #upkeep: Upkeep;
  readonly #inbox = new Fifo<(batch: Batch) => void>();
  readonly #looks: Looks;
  /** The turns under way, until the inbox is empty. */
  #running: Promise<void> | undefined;
  /** `closing`: what has arrived is still handled. */
  #life: 'open' | 'closing' | 'closed' = 'open';
  #failed = false;
  #stopSweep: Cancel | undefined;
  readonly #drained = new Set<number>();

  constructor(start: CoordinatorStart) {
    const { ports, options, counters, inherited, crashes = NO_CRASHES } = start;
    this.#start = start;
    this.#startedAt = ports.now();
    const moment = () => this.#moment();
    const post = (act: (batch: Batch) => void) => this.post(act);
    this.breakers = new Breakers(ports, options);
    this.pauses = new Pauses(ports);
    const probation = new Probation({
      ports,
      crashes,
      post,
      interactiveShare: options.interactiveShare,
      questions: this.#questions,
      onTakenUp: start.onTakenUp,
    });
    const gates = { admission: this.breakers.admission, pauses: this.pauses, probation };
    this.commands = new Commands({ ports, options, counters, inherited, moment, ...gates }, post);
    this.#looks = new Looks({
      now: ports.now,
      onFailure: (error) => ports.onLookFailed?.(error),
    });
    this.#requests = new Requests({
      ports,
      options,
      post,
      commands: this.commands,
      breakers: this.breakers,
      pauses: this.pauses,
      questions: this.#questions,
      startedAt: this.#startedAt,
      moment,
      divergence: new Divergence(),
    });
    this.#upkeep = new Upkeep({
      journal: ports.journal,
      moment,
      retentionMs: options.retentionMs,
      post: (act) => {
        // The end does not wait for it.
        if (this.#life === 'open') this.post(act);
      },
      onTrouble: ports.onTrouble,
    });
    this.#scheduleSweep();
  }

  /** How much waits for its turn. */
  get backlog(): number {
    return this.#inbox.size;
  }

  /** Has something done in one of the next turns. */
  post(act: (batch: Batch) => void): void {
    if (this.#life === 'closed') return;
    this.#inbox.push(act);
    this.#running ??= this.#run();
  }

  /** A client's request; `respond` is called once. */
  request(request: Request, respond: Respond): void {
    if (this.#life !== 'open') return respond(errorReply('draining', 'the daemon is stopping'));
    return this.#requests.take(request, respond);
  }

  /** How things stand, for the daemon itself: it does not stand in line with the clients' requests. */
  summarize(respond: Respond<SummaryAnswer>): void {
    if (this.#life === 'open') this.#requests.summarize(respond);
  }

  /** An executor's report. */
  report(report: WorkReport, executor: number): void {
    this.post((batch) => {
      if (report.kind === 'drained') batch.after(() => this.#noteDrained(executor));
      else this.#take(report, batch);
    });
  }

  /** An executor is lost: what it drove is left to the next life, and nobody waits for it. */
  lose(executor: number): void {
    const thread = `executor-${executor + 1}`;
    this.#start.ports.publish({
      kind: 'thread',
      topic: `thread.${thread}`,
      payload: () => ({ thread, state: 'lost' }),
    });
    this.post((batch) => batch.after(() => this.#noteDrained(executor)));
  }

  /** No new commands, nothing dispatched any more; executors let what runs end. */
  drain(): void {
    this.#stopIntake();
    // In a turn of its own: the one that runs may be about to dispatch.
    this.post(() => this.#orderAll('drain'));
  }

  /** Executors give up what runs. */
  interrupt(): void {
    this.#stopIntake();
    this.#orderAll('interrupt');
  }

  /**
   * Ends it: what has arrived is handled, then everybody who still waits is told that their command
   * goes on in the next life. That is said of durable commands only (P3): none is being accepted
   * any more.
   */
  async close(): Promise<void> {
    if (this.#life === 'open') this.#life = 'closing';
    this.#stopSweep?.();
    while (this.#running !== undefined) await this.#running;
    this.#life = 'closed';
    if (this.#failed) return;
    this.#questions.expire(Number.POSITIVE_INFINITY);
    for (const open of this.commands.registry.all()) this.#dismiss(open);
    this.#requests.dismiss();
  }

  #stopIntake(): void {
    this.commands.intake.draining = true;
    this.commands.intake.tell();
  }

  #dismiss(open: OpenCommand): void {
    const { id } = open.command;
    const reply = errorReply('draining', `the daemon stops; the command is ${open.state}`, {
      id,
      hint: 'It is in the journal and goes on when the daemon is back: ask again by its id.',
    });
    for (const waiter of takeWaiters(open)) waiter(reply);
  }

  async #run(): Promise<void> {
    try {
      // Let sockets deliver what comes in with the first, so that it shares the next commit.
      await this.#breath();
      while (this.#inbox.size > 0 || this.#looks.size > 0) {
        await this.#runBatch();
        await this.#breath();
      }
    } catch (error) {
      // What is durable is unknown now: not a word more about any command.
      this.#life = 'closed';
      this.#failed = true;
      this.#start.onFatal(error);
    } finally {
      this.#running = undefined;
    }
  }

  /** A turn of the event loop; by the port, so that a simulation decides what comes between. */
  #breath(): Promise<void> {
    const { ports } = this.#start;
    return new Promise((resolve) => ports.at(ports.now(), resolve));
  }

  async #runBatch(): Promise<void> {
    const { ports, onBatch: onTurn } = this.#start;
    const batch = new Batch(this.#moment().lived);
    const until = ports.now() + BATCH_MS_MAX;
    for (let count = 0; count < BATCH_ITEMS_MAX && !batch.isFull; count++) {
      const act = this.#inbox.shift();
      if (act === undefined) break;
      act(batch);
      if (ports.now() >= until) break;
    }
    await batch.finish(batch.hasWrites ? await ports.journal.commit(batch.contents) : NOTHING);
    await this.commands.dispatch();
    this.#looks.add(batch.looks);
    await this.#looks.spend();
    onTurn?.();
  }

  /** Now, and how long the daemon has lived by now: whole ms, over all its lives. */
  #moment(): Moment {
    const { ports, counters } = this.#start;
    const at = ports.now();
    return { at, lived: Math.floor(counters.lived + at - this.#startedAt) };
  }

  #noteDrained(executor: number): void {
    if (this.#drained.has(executor)) return;
    this.#drained.add(executor);
    if (this.#drained.size === this.#start.options.executors) this.#start.onDrained();
  }

  #take(report: Exclude<WorkReport, { kind: 'drained' }>, batch: Batch): void {
    switch (report.kind) {
      case 'entries':
        return this.commands.entries(report.seq, report.entries, batch);
      case 'settled':
        return this.commands.settled(report.seq, report.settlement, batch);
      case 'answered':
        // In the order of the reports: what it answers may be in this turn's commit.
        return batch.after(() => this.#questions.answer(report.ticket, report.value));
      case 'health':
        return this.breakers.observe(report.nodes, batch);
      case 'tried':
        return this.breakers.tried(report, batch);
    }
  }

  #orderAll(kind: 'drain' | 'interrupt'): void {
    const { ports, options } = this.#start;
    for (let executor = 0; executor < options.executors; executor++) {
      ports.order(executor, { kind });
    }
  }

  #scheduleSweep(): void {
    const { ports } = this.#start;
    this.#stopSweep = ports.at(ports.now() + SWEEP_MS, () => this.#postSweep());
  }

  #postSweep(): void {
    this.post((batch) => this.#sweep(batch));
  }

  /** As much of it as one turn has room for, the rest in the next. */
  #sweep(batch: Batch): void {
    if (this.#life !== 'open') return;
    const now = this.#start.ports.now();
    this.breakers.tick(batch);
    this.commands.intake.tell();
    const isComplete = this.commands.expireUndriven(batch);
    batch.forget(this.commands.keys.expireLoose(now, batch.room));
    this.#questions.expire(now);
    if (!isComplete || batch.isFull) return this.#postSweep();
    this.#scheduleSweep();
    this.#upkeep.look(batch);
    return undefined;
  }
}
