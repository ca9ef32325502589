/**
 * The coordinator: its parts put together, and what comes in to each of them. Clients' requests, reports of
 * executors and its own sweep become acts of the next batch (`batch-loop.ts`).
 *
 * `requests.ts` routes a request, `acceptance.ts` takes a command in, `commands.ts` has its life.
 */
import type { Moment } from '../journal/port.ts';
import type { StatsAnswer, SummaryAnswer } from '../protocol/answer.ts';
import { errorReply } from '../protocol/errors.ts';
import type { Request } from '../protocol/request.ts';
import type { WorkReport } from '../protocol/work.ts';
import { Trail } from './acts/trail.ts';
import { Divergence } from './audit/divergence.ts';
import { KeptAudit } from './audit/last-audit.ts';
import { RegularAudit } from './audit/regular-audit.ts';
import type { Batch } from './batch.ts';
import { BatchLoop } from './batch-loop.ts';
import { Breakers } from './breakers/breakers.ts';
import { Acceptance } from './commands/acceptance.ts';
import { Commands } from './commands/commands.ts';
import { Intake } from './commands/intake.ts';
import { type Crashes, Probation } from './commands/probation.ts';
import type { CoordinatorStart } from './coordinator-start.ts';
import { awayReply, closeIfAway } from './journal/away.ts';
import { Upkeep } from './journal/upkeep.ts';
import { Drains } from './nodes/drains.ts';
import { Latencies } from './nodes/latencies.ts';
import { Retirements } from './nodes/retirements.ts';
import { threadLost } from './notify/thread-lost.ts';
import type { Respond } from './ports.ts';
import { Looks } from './queries/looks.ts';
import { stats } from './queries/queries.ts';
import { Rounds } from './queries/rounds.ts';
import { summarize } from './queries/summary.ts';
import type { OpenCommand } from './queue/open-command.ts';
import { Pauses } from './queue/pauses.ts';
import type { RequestContext } from './requests/context.ts';
import { Questions } from './requests/questions.ts';
import { Requests } from './requests/requests.ts';
import { Sweep } from './sweep.ts';

const NO_CRASHES: Crashes = { inARow: 0, all: 0 };

export class Coordinator {
  readonly commands: Commands;
  readonly intake: Intake;
  readonly breakers: Breakers;
  readonly drains: Drains;
  readonly retirements: Retirements;
  readonly pauses: Pauses;
  readonly #start: CoordinatorStart;
  readonly #startedAt: number;
  readonly #questions = new Questions();
  readonly #context: RequestContext;
  readonly #requests: Requests;
  readonly #regularAudit: RegularAudit;
  readonly #sweep: Sweep;
  readonly #batches: BatchLoop;
  /** The daemon stops: acts that have arrived still run. */
  #isClosing = false;
  #isSupervised = true;
  readonly #drained = new Set<number>();

  constructor(start: CoordinatorStart) {
    const { ports, options } = start;
    this.#start = start;
    this.#startedAt = ports.now();
    this.#batches = this.#openBatches();
    this.retirements = new Retirements(ports, options);
    this.drains = new Drains(ports, options, this.retirements);
    this.breakers = new Breakers(ports, options, this);
    this.pauses = new Pauses(ports);
    this.commands = this.#openCommands();
    const { registry } = this.commands;
    const { admission } = this.breakers;
    this.intake = new Intake({ ports, options, registry, admission });
    this.#context = this.#openContext();
    this.#requests = new Requests(this.#context);
    this.#regularAudit = new RegularAudit({
      ports,
      everyMs: options.auditEveryMs,
      audit: this.#requests.audit,
      divergence: this.#context.divergence,
      kept: this.#context.keptAudit,
      isBusy: () => this.commands.isBusy,
    });
    this.#sweep = this.#openSweep();
  }

  #openBatches(): BatchLoop {
    const { ports, onBatch, onFatal } = this.#start;
    const onFailure = (error: unknown) => ports.onLookFailed?.(error);
    return new BatchLoop({
      ports,
      looks: new Looks({ now: ports.now, onFailure }),
      lived: () => this.#moment().lived,
      dispatch: async () => {
        if (!this.intake.isDraining) await this.commands.dispatch();
      },
      onBatch,
      onFatal,
    });
  }

  #openSweep(): Sweep {
    const { ports, options } = this.#start;
    const { breakers, intake, commands } = this;
    const { post } = this.#batches;
    const isOpen = () => this.#isOpen;
    const upkeep = new Upkeep({
      journal: ports.journal,
      moment: () => this.#moment(),
      retentionMs: options.retentionMs,
      recordRetentionMs: options.recordRetentionMs,
      post: (act) => {
        // A stop does not wait for it.
        if (isOpen()) post(act);
      },
      onTrouble: ports.onTrouble,
    });
    const [questions, regularAudit] = [this.#questions, this.#regularAudit];
    const parts = { breakers, intake, commands, questions, regularAudit, upkeep };
    return new Sweep({ ports, ...parts, post, isOpen });
  }

  #openCommands(): Commands {
    const { ports, options, inherited, crashes = NO_CRASHES, onTakenUp } = this.#start;
    const { post } = this.#batches;
    const { interactiveShare } = options;
    const shared = { ports, post, questions: this.#questions };
    const probation = new Probation({ ...shared, crashes, interactiveShare, onTakenUp });
    const { admission } = this.breakers;
    const { drains, pauses, retirements } = this;
    const gates = { admission, drains, pauses, retirements, probation };
    const moment = () => this.#moment();
    return new Commands({ ports, options, inherited, ...gates, moment, post });
  }

  #openContext(): RequestContext {
    const { ports, options, counters } = this.#start;
    const { commands, intake, breakers, drains, pauses, retirements } = this;
    const { post } = this.#batches;
    const { admission } = breakers;
    const parts = { ports, options, commands, intake, pauses, post };
    const ofNodes = { breakers, drains, retirements, latencies: new Latencies() };
    const context: RequestContext = {
      ...parts,
      acceptance: new Acceptance({ ...parts, counters, admission }),
      ...ofNodes,
      trail: new Trail({ ports, moment: () => this.#moment(), post }),
      questions: this.#questions,
      summaries: new Rounds<SummaryAnswer>((done) => summarize(context, done)),
      counts: new Rounds<StatsAnswer>((done) => stats(context, done)),
      divergence: new Divergence(),
      keptAudit: new KeptAudit(ports),
      regularAudit: () => this.#regularAudit.view,
      startedAt: this.#startedAt,
      moment: () => this.#moment(),
      isSupervised: () => this.#isSupervised,
    };
    return context;
  }

  get trail(): Trail {
    return this.#context.trail;
  }

  /** Restores what an earlier life has left besides its commands. Call when the executors are there, before any work. */
  async restore(): Promise<void> {
    await this.retirements.restore();
    await this.breakers.restore();
    await this.drains.restore();
    await this.#regularAudit.restore();
    await this.pauses.restore();
  }

  /** Acts that wait for a batch. */
  get backlog(): number {
    return this.#batches.backlog;
  }

  /** Requests of clients are not read for now. */
  get isFull(): boolean {
    return this.#batches.isFull;
  }

  /** Runs `act` in one of the next batches. */
  post(act: (batch: Batch) => void): void {
    this.#batches.post(act);
  }

  get #isOpen(): boolean {
    return !this.#isClosing && !this.#batches.hasFailed;
  }

  /** A client's request; `respond` is called once. */
  request(request: Request, respond: Respond): void {
    if (!this.#isOpen) return respond(errorReply('draining', 'the daemon is stopping'));
    const away = awayReply(this.#start.ports.journal, request);
    if (away !== undefined) return respond(away);
    const { client = '', bytes = 0 } = respond;
    this.#batches.request({ client, bytes, ...this.#requests.actsOf(request, respond) });
  }

  /** A summary for the daemon itself: it does not wait behind the clients' requests. */
  summarize(respond: Respond<SummaryAnswer>): void {
    if (this.#isOpen) this.#context.summaries.ask(respond);
  }

  /** An executor's report. */
  report(report: WorkReport, executor: number): void {
    this.post((batch) => {
      if (report.kind === 'drained') batch.after(() => this.#noteDrained(executor));
      else this.#take(report, batch);
    });
  }

  /** An executor is lost: its commands are left to the next life, and the stop does not wait for them. */
  lose(executor: number): void {
    this.#start.ports.publish(threadLost(executor));
    this.post((batch) => batch.after(() => this.#noteDrained(executor)));
  }

  /** The supervisor that would restart the daemon is gone. */
  noteUnsupervised(): void {
    this.#isSupervised = false;
  }

  /** Accepts and dispatches no further command; executors finish the running ones. */
  drain(): void {
    this.intake.drain();
    // In an act of its own: the running batch may be about to dispatch.
    this.post(() => this.#orderAll('drain'));
  }

  /** Executors give up the running exchanges. */
  interrupt(): void {
    this.intake.drain();
    this.#orderAll('interrupt');
  }

  /**
   * Ends it: acts that have arrived run, then every waiting client gets the answer that its command goes on
   * in the next life. All these commands are durable (P3): none is being accepted now.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#sweep.stop();
    await closeIfAway(this.#start.ports.journal);
    await this.#batches.close();
    if (this.#batches.hasFailed) return;
    this.#questions.expire(Number.POSITIVE_INFINITY);
    for (const open of this.commands.registry.all()) this.#dismiss(open);
    this.#requests.dismiss();
  }

  #dismiss(open: OpenCommand): void {
    const { id } = open.command;
    const reply = errorReply('draining', `the daemon stops; the command is ${open.state}`, {
      id,
      hint: 'It is in the journal and continues when the daemon is back: ask again by its id.',
    });
    open.answerWaiters(reply);
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
      case 'fetch':
        return this.commands.fetch(report.seq, report.node, batch);
      case 'settled':
        return this.commands.settled(report, batch);
      case 'answered':
        // In the order of the reports: the answer may depend on this commit.
        return batch.after(() => this.#questions.answer(report.ticket, report.value));
      case 'health':
        return this.breakers.observe(report.nodes, batch);
      case 'checked':
        return this.breakers.checked(report, batch);
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
}
