/**
 * The daemon around the core, as far as the promises need it: order of acceptance, one command at a
 * time on the key, the wait of P4.4, the journal, crashes and recovery.
 */
import type {
  Command,
  DurableEntry,
  Loose,
  NodeReply,
  NodeState,
  Saga,
} from '../../../src/core/model.ts';
import { Agenda } from './agenda.ts';
import { Checker } from './checker.ts';
import { Cluster } from './cluster.ts';
import type { Core } from './core-under-test.ts';
import { Driver } from './driver.ts';
import { DurableLog, type Stored } from './durable-log.ts';
import type { Prng } from './prng.ts';
import type { Act, Setting } from './setting.ts';
import { Violation } from './watch.ts';

/**
 * The duties of the shell to the core; each can be broken on purpose, to see that this is noticed.
 */
export interface Rules {
  /** P2: act on durable entries before they are committed. */
  readonly actBeforeCommit?: boolean;
  /** P4.4: begin at once, as if nothing might still land. */
  readonly beginAtOnce?: boolean;
  /** P4.5: forget the loose requests of settled commands in a crash. */
  readonly forgetLoose?: boolean;
  /** P6: survey when accepted instead of when the key is held. */
  readonly surveyEarly?: boolean;
}

export interface Stage {
  readonly core: Core;
  readonly rules: Rules;
  readonly setting: Setting;
  readonly prng: Prng;
  readonly outcomesOnly: boolean;
  readonly trace: string[] | undefined;
}

export class Daemon {
  readonly core: Core;
  readonly rules: Rules;
  readonly setting: Setting;
  readonly prng: Prng;
  readonly agenda = new Agenda();
  readonly log = new DurableLog();
  readonly cluster: Cluster;
  readonly checker: Checker;
  /** Rises with every crash: plans of earlier lives are void. */
  life = 0;
  crashes = 0;
  calm = false;
  /** Coarse, so that times are whole numbers and events happen at the same time. */
  readonly jitter = (): number => (this.prng.chance(0.5) ? 0.5 : 0);
  readonly #trace: string[] | undefined;
  #up = true;
  #driver: Driver | undefined;
  /** Loose requests of settled commands, by seq, with the times of this life. */
  #loose = new Map<number, Readonly<Record<string, readonly Loose[]>>>();
  readonly #early = new Map<number, readonly NodeReply[]>();
  readonly #told = new Map<number, string>();

  constructor(stage: Stage) {
    this.core = stage.core;
    this.rules = stage.rules;
    this.setting = stage.setting;
    this.prng = stage.prng;
    this.#trace = stage.trace;
    const { setting, agenda, prng } = this;
    const records = setting.nodes.map(() => undefined);
    this.checker = new Checker(setting, this.log, {
      now: () => agenda.now,
      records,
      outcomesOnly: stage.outcomesOnly,
    });
    this.cluster = new Cluster(setting, agenda, { prng, records, witness: this.checker });
  }

  note(text: () => string): void {
    this.#trace?.push(`${String(this.agenda.now).padStart(5)} ${text()}`);
  }

  /** A client sends a command; one that finds no daemon is sent again. */
  accept(command: Command): void {
    if (!this.#up) return this.agenda.after(3, () => this.accept(command));
    const stored = this.log.accept(command);
    this.note(() => `accepted ${command.id} ${command.op}${command.ensure ? ' ensure' : ''}`);
    if (this.rules.surveyEarly) {
      this.#early.set(
        command.seq,
        this.setting.nodes.map((_, node) => this.cluster.peek(node)),
      );
    }
    this.agenda.at(command.deadlineAt, () => this.#expire(stored));
    if (this.#canBeginAtOnce(stored)) {
      this.checker.begins(command);
      this.log.append(command.seq, [{ kind: 'began', at: this.agenda.now }]);
    }
    if (!this.mayCrash('after accepting')) this.#advance();
  }

  act({ kind, target }: Act): void {
    const command = this.setting.commands[target];
    const stored = this.log.commands.find((one) => one.command === command);
    if (!this.#up || stored === undefined || stored.settled !== undefined || kind === 'foreign')
      return;
    this.checker.asked(stored.command, kind);
    const driver = this.#driver;
    if (driver !== undefined && driver.saga.command === command) return driver.take({ kind });
    if (kind === 'cancel') this.#settleUnbegun(stored, 'cancel');
  }

  /** The durable entries of an executor. */
  commit(command: Command, entries: readonly DurableEntry[]): void {
    this.note(
      () => `  committed ${entries.map((entry) => entry.kind).join(', ')} of ${command.id}`,
    );
    this.log.append(command.seq, entries);
    const { settled } = this.log.of(command.seq);
    if (settled === undefined) return;
    this.checker.settled(command, settled);
    if (settled.loose !== undefined) this.#loose.set(command.seq, settled.loose);
  }

  /** A settlement is durable: the client gets its answer, the next command may begin. */
  driven(driver: Driver): void {
    this.#tell(driver.saga);
    this.#driver = undefined;
    this.#advance();
  }

  mayCrash(where: string): boolean {
    if (this.calm || !this.prng.chance(this.setting.faults.crashRate)) return false;
    this.crash(where);
    return true;
  }

  crash(where: string): void {
    if (!this.#up || this.calm) return;
    this.note(() => `crash ${where}`);
    this.life++;
    this.crashes++;
    this.#up = false;
    this.#driver = undefined;
    this.cluster.abandonAll();
    this.checker.forgetUnbegun();
    this.agenda.after(this.prng.pick([0, 1, 5, 30]), () => this.#restart());
  }

  get unsettled(): readonly Stored[] {
    return this.log.commands.filter((one) => one.settled === undefined);
  }

  #restart(): void {
    this.#up = true;
    const until = this.agenda.now + this.setting.policy.quiesceMs;
    this.note(() => 'restart');
    this.#loose.clear();
    for (const { command, settled, forgotten } of this.log.commands) {
      if (settled?.loose === undefined || forgotten || this.rules.forgetLoose) continue;
      const all = Object.entries(settled.loose).map(
        ([node, list]) => [node, list.map((one) => ({ ...one, until }))] as const,
      );
      this.#loose.set(command.seq, Object.fromEntries(all));
    }
    this.#advance();
  }

  #advance(): void {
    if (!this.#up || this.#driver !== undefined) return;
    const head = this.log.commands.find((one) => one.settled === undefined);
    if (head === undefined) return;
    if (head.began !== undefined) return this.#drive(this.#refold(head), 'resumed');
    const opposedUntil = this.#opposedUntil(head.command);
    if (opposedUntil > this.agenda.now && !this.rules.beginAtOnce) {
      const { life } = this;
      return this.agenda.at(opposedUntil, () => {
        if (life === this.life) this.#advance();
      });
    }
    this.checker.begins(head.command);
    this.#drive(this.#open(head), 'driven');
  }

  #drive(saga: Saga, kind: 'driven' | 'resumed'): void {
    this.#driver = new Driver(this, saga);
    const until = this.agenda.now + this.setting.policy.quiesceMs;
    const inherited = Object.fromEntries(saga.nodes.map(({ name }) => [name, until]));
    this.#driver.take(kind === 'driven' ? { kind } : { kind, inherited });
  }

  #canBeginAtOnce({ command }: Stored): boolean {
    const { core, agenda, setting } = this;
    return (
      !core.needsSurvey(command, setting.policy) &&
      this.unsettled.length === 1 &&
      agenda.now < command.deadlineAt &&
      this.#opposedUntil(command) <= agenda.now &&
      this.#driver === undefined &&
      this.prng.chance(0.5)
    );
  }

  #open(stored: Stored): Saga {
    const { core, setting, log } = this;
    const tokens = log.tokens();
    this.#forget();
    const loose = this.rules.beginAtOnce ? {} : this.#looseByNode();
    let saga = core.openSaga(stored.command, {
      loose,
      ...(tokens === undefined ? {} : { tokens }),
    });
    for (const [index, answer] of (this.#early.get(stored.command.seq) ?? []).entries()) {
      if (!core.needsSurvey(stored.command, setting.policy)) break;
      const node = saga.nodes[index] as NodeState;
      const found = { kind: 'answered', node: node.name, answer } as const;
      const request = { kind: 'read' } as const;
      saga = core.evolve(saga, { kind: 'sent', node: node.name, request }, setting.policy);
      const context = { now: this.agenda.now, random: this.jitter, policy: setting.policy };
      const [progressed] = core.decide(saga, found, context);
      if (progressed !== undefined) saga = core.evolve(saga, progressed, setting.policy);
    }
    return saga;
  }

  #refold(stored: Stored): Saga {
    const { core, setting } = this;
    let saga = this.#open(stored);
    for (const entry of stored.entries) saga = core.evolve(saga, entry, setting.policy);
    return saga;
  }

  /** Drops, now and then, what has ended; as the journal's `forget` does. */
  #forget(): void {
    for (const [seq, loose] of this.#loose) {
      const lists = Object.values(loose);
      if (lists.some((list) => list.some((one) => one.until > this.agenda.now))) continue;
      this.#loose.delete(seq);
      this.log.of(seq).forgotten = true;
    }
  }

  #looseByNode(): Record<string, Loose[]> {
    const all: Record<string, Loose[]> = {};
    for (const loose of this.#loose.values()) {
      for (const [node, list] of Object.entries(loose)) {
        const sum = all[node] ?? [];
        sum.push(...list);
        all[node] = sum;
      }
    }
    return all;
  }

  #opposedUntil(command: Command): number {
    const { core, agenda } = this;
    const want = core.wantedBy(command);
    const lists = Object.values(this.#looseByNode());
    return Math.max(0, ...lists.map((list) => core.opposedUntil(list, want, agenda.now)));
  }

  #expire(stored: Stored): void {
    if (!this.#up) return this.agenda.after(3, () => this.#expire(stored));
    if (stored.settled === undefined && stored.command !== this.#driver?.saga.command) {
      this.#settleUnbegun(stored, 'ticked');
    }
  }

  /** A command that waits needs no executor to be refused. */
  #settleUnbegun(stored: Stored, kind: 'cancel' | 'ticked'): void {
    if (stored.began !== undefined) return;
    const { core, agenda, setting } = this;
    const saga = core.openSaga(stored.command);
    const context = { now: agenda.now, random: this.jitter, policy: setting.policy };
    for (const entry of core.decide(saga, { kind }, context)) {
      if (core.isDurable(entry)) this.commit(stored.command, [entry]);
    }
    if (stored.settled === undefined)
      throw new Violation('P1', `${stored.command.id} goes on waiting`);
    if (!this.mayCrash('after a refusal')) this.#advance();
  }

  #tell({ command, state }: Saga): void {
    this.#told.set(command.seq, state);
  }

  /** P3: the answers to clients agree with the journal. */
  checkTold(): void {
    for (const [seq, state] of this.#told) {
      const { settled } = this.log.of(seq);
      if (settled?.state !== state) {
        throw new Violation('P3', `c${seq} was said to be ${state}, and is ${settled?.state}`);
      }
    }
  }
}
