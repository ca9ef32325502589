/**
 * One run of the daemon: the production coordinator and executors, connected as in their threads,
 * in virtual time. It ends by a crash, after which only the disk and the requests on their way to
 * nodes remain; or in order, as far as time allows.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Crashes } from '../../src/coordinator/commands/probation.ts';
import { Life as LifeMark } from '../../src/coordinator/commands/process-life.ts';
import { loadCounters, recover } from '../../src/coordinator/commands/recovery.ts';
import { Coordinator } from '../../src/coordinator/coordinator.ts';
import type { CoordinatorPorts, Respond } from '../../src/coordinator/ports.ts';
import type { Command } from '../../src/core/model.ts';
import { Executor } from '../../src/executor/executor.ts';
import type { NodePort } from '../../src/executor/ports.ts';
import { unknownNode } from '../../src/executor/unknown-node.ts';
import { JournalError } from '../../src/journal/errors.ts';
import type { Journal } from '../../src/journal/port.ts';
import { healthSignalOf } from '../../src/node/health-signal.ts';
import type { Answer } from '../../src/protocol/answer.ts';
import type { Request } from '../../src/protocol/request.ts';
import type { Order, WorkReport } from '../../src/protocol/work.ts';
import type { Agenda } from '../core/model/agenda.ts';
import type { Chance } from './chance.ts';
import { sendFetched } from './fetched.ts';
import { Link } from './link.ts';
import type { Network, Outcome, Sent } from './network.ts';
import { optionsOf, outlivingOf } from './options.ts';
import type { Plan } from './plan.ts';
import type { Poison } from './poison.ts';
import { toldOf } from './told-order.ts';
import { trialOf } from './trial.ts';

/** From the interruption until the process ends in any case. */
const INTERRUPT_MS = 300;
/** Time for the other executors to finish their work. */
const POISONED_DRAIN_MS = 50;

export interface LifeOptions {
  readonly number: number;
  /** The configured nodes. */
  readonly nodeNames: readonly string[];
  readonly plan: Plan;
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly network: Network;
  /** The wall clock at virtual time 0, as this run knows it. */
  readonly clockOffset: number;
  readonly openJournal: (life: Life) => Journal;
  readonly onReady: () => void;
  readonly onEvent: CoordinatorPorts['publish'];
  /** It ended by itself: in order, or because its journal failed. */
  readonly onEnd: () => void;
  /** See `Probation`. */
  readonly crashes: Crashes;
  readonly onTakenUp: () => void;
  /** A thread crashes. */
  readonly onCrash: (poison: Poison | undefined) => void;
  readonly onBroken: (error: unknown) => void;
  readonly note: (text: () => string) => void;
}

/** One executor's thread. */
interface Crew {
  isAlive: boolean;
  readonly orders: Link<Order>;
  /** The work of the executor. */
  readonly driven: Map<number, Command>;
  readonly exchanges: Set<Sent>;
}

export class Life {
  isAlive = true;
  isReady = false;
  /** The clock in its answers; undefined while it starts. */
  clientNow: (() => number) | undefined;
  #isStopping = false;
  readonly #options: LifeOptions;
  #crews: readonly Crew[] = [];
  #coordinator: Coordinator | undefined;
  #drained: (() => void) | undefined;
  #endLife: (() => Promise<void>) | undefined;

  constructor(options: LifeOptions) {
    this.#options = options;
  }

  readonly now = (): number => this.#options.agenda.now + this.#options.clockOffset;

  /** Actions for this run only. */
  readonly later = (ms: number, act: () => void): void => {
    this.#options.agenda.after(ms, () => {
      if (this.isAlive) act();
    });
  };

  /** A timer in whole milliseconds, like real timers. */
  readonly at = (time: number, act: () => void): (() => void) => {
    let isOn = true;
    const { agenda, clockOffset } = this.#options;
    agenda.at(Math.ceil(time - clockOffset), () => {
      if (isOn && this.isAlive) act();
    });
    return () => {
      isOn = false;
    };
  };

  async start(): Promise<void> {
    const { plan, nodeNames, openJournal, onReady, crashes, onTakenUp } = this.#options;
    const journal = openJournal(this);
    const times = { outliving: outlivingOf(plan, nodeNames), quiesceMs: plan.policy.quiesceMs };
    const life = await LifeMark.begin(journal, { ...times, now: this.now });
    const counters = await loadCounters(journal);
    await life.keepClock(journal);
    this.clientNow = life.clientNow;
    this.#crews = Array.from({ length: plan.executors }, (_, index) => this.#crew(index));
    const coordinator = new Coordinator({
      ports: this.#ports(journal, life),
      options: optionsOf(this.#options),
      counters,
      inherited: life.inherited,
      onFatal: (error) => this.#failed(error),
      onDrained: () => this.#drained?.(),
      crashes,
      onTakenUp,
    });
    this.#coordinator = coordinator;
    await coordinator.restore();
    await recover(coordinator.commands, journal);
    // After an end in order only.
    life.noteNodesLeft();
    this.#endLife = () => life.end(journal);
    coordinator.post(() => {});
    this.isReady = true;
    onReady();
  }

  request(request: Request, respond: Respond): void {
    this.#coordinator?.request(request, (answer: Answer) => {
      if (this.isAlive) respond(answer);
    });
  }

  crash(): void {
    this.isAlive = false;
    this.isReady = false;
  }

  /** In order: running work may end, then it is interrupted, then the process ends. */
  async stop(drainMs: number): Promise<void> {
    const coordinator = this.#coordinator;
    // It ends once, for any cause.
    if (this.#isStopping) return undefined;
    this.#isStopping = true;
    if (coordinator === undefined || !this.isReady) return this.#options.onEnd();
    coordinator.drain();
    if (!(await this.#drainedWithin(drainMs))) {
      coordinator.interrupt();
      await this.#drainedWithin(INTERRUPT_MS);
    }
    await coordinator.close();
    await this.#endLife?.();
    this.#options.onEnd();
    return undefined;
  }

  /** The thread of one executor dies; the others stop in order. */
  loseExecutor(index: number, drainMs: number, poison?: Poison): Promise<void> {
    const crew = this.#crews[index];
    if (crew?.isAlive) {
      crew.isAlive = false;
      if (!this.#isStopping) this.#options.onCrash(poison);
      for (const exchange of crew.exchanges) exchange.drop();
      this.#coordinator?.lose(index);
    }
    return this.stop(drainMs);
  }

  #drainedWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#drained = () => resolve(true);
      this.later(ms, () => resolve(false));
    });
  }

  #ports(journal: Journal, { clientNow }: LifeMark): CoordinatorPorts {
    const { chance, number, onEvent } = this.#options;
    let ids = 0;
    return {
      journal,
      now: this.now,
      clientNow,
      random: chance.of(`coordinator ${number}`).next,
      newId: () => `given-${number}-${++ids}`,
      at: this.at,
      order: (executor, order) => {
        if (this.isAlive) this.#crews[executor]?.orders.send(order);
      },
      onTrouble: () => {},
      publish: (event) => {
        if (this.isAlive) onEvent(event);
      },
    };
  }

  #crew(index: number): Crew {
    const { plan, nodeNames, chance, number, note } = this.#options;
    const reports = this.#link<WorkReport>(`reports ${number} ${index}`, (report) => {
      note(() => `executor ${index} says ${JSON.stringify(report)}`);
      this.#coordinator?.report(report, index);
    });
    const orders = this.#link<Order>(`orders ${number} ${index}`, (order) => {
      if (!crew.isAlive) return;
      note(() => `executor ${index} is told ${toldOf(order)}`);
      if (order.kind === 'drive') {
        crew.driven.set(order.command.seq, order.command);
        if (this.#isPoisoned(order.command, 'driven', index)) return;
      }
      const isOfAudit = order.kind === 'look' || order.kind === 'compare';
      ofAudit.run(isOfAudit, () => executor.take(order));
    });
    const crew: Crew = { isAlive: true, orders, driven: new Map(), exchanges: new Set() };
    const executor = new Executor(
      {
        now: this.now,
        random: chance.of(`executor ${number} ${index}`).next,
        at: (time, act) => this.at(time, () => crew.isAlive && act()),
        nodeNames,
        slowCallMs: () => plan.slowCallMs,
        heldBytesMax: plan.foundBytesMax,
        node: (name) => (nodeNames.includes(name) ? this.#node(name, crew) : unknownNode(name)),
        report: (report) => {
          if (report.kind === 'settled') crew.driven.delete(report.seq);
          if (this.isAlive && report.kind !== 'hello') reports.send(report);
        },
      },
      plan.policy,
    );
    return crew;
  }

  #link<Message>(name: string, deliver: (message: Message) => void): Link<Message> {
    const { plan, chance, agenda } = this.#options;
    return new Link({
      delay: plan.pace.link,
      prng: chance.of(name),
      now: () => agenda.now,
      at: (time, act) => this.later(time - agenda.now, act),
      deliver,
    });
  }

  #node(name: string, crew: Crew): NodePort {
    const { network, plan } = this.#options;
    return {
      exchange: (request, { groupId, record, fetch }, done) => {
        const isDriven = (one: Command) => one.groupId === groupId && ofAudit.getStore() !== true;
        const command = [...crew.driven.values()].find(isDriven);
        // Reads of an audit, and a breaker's trial read of an unused key.
        if (command === undefined && request.kind !== 'read')
          throw new Error(`nobody's ${groupId}`);
        const begunAt = this.now();
        const exchange = { command: command ?? trialOf(groupId), node: name, request, record };
        const ended = ({ answer, ...course }: Outcome): void => {
          crew.exchanges.delete(sent);
          if (!this.isAlive || !crew.isAlive) return;
          if (command && this.#isPoisoned(command, 'answered', this.#crews.indexOf(crew))) return;
          done(answer, healthSignalOf(answer, course), this.now() - begunAt);
        };
        const later = (act: () => void) => this.later(0, act);
        const sent = sendFetched(exchange, { fetch, network, later, ended });
        crew.exchanges.add(sent);
        return sent;
      },
      ...(plan.dialect.list === null ? {} : { keys: this.#keysOf(name) }),
      count: () => Promise.resolve({ count: 0 }),
      report: () => ({ calls: 0, answers: {} }),
    };
  }

  /** The executor's thread crashed over this command. */
  #isPoisoned({ id }: Command, when: Poison['when'], index: number): boolean {
    const { plan, network, onBroken } = this.#options;
    const poison = plan.poisons.find((one) => one.id === id && one.when === when);
    if (poison === undefined || network.calm) return false;
    this.loseExecutor(index, POISONED_DRAIN_MS, poison).catch(onBroken);
    return true;
  }

  #keysOf(name: string): NonNullable<NodePort['keys']> {
    return (...page) =>
      new Promise((resolve) =>
        this.later(1, () => resolve(this.#options.network.list(name, page))),
      );
  }

  #failed(error: unknown): void {
    if (error instanceof JournalError) this.#options.onEnd();
    else this.#options.onBroken(error);
  }
}

/** Set while an executor works for an audit: its reads belong to no command. */
const ofAudit = new AsyncLocalStorage<boolean>();
