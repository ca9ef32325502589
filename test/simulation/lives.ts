/**
 * The runs of the daemon, one after another: their begins and ends. Only the disk and the wall
 * clock pass from one run to the next.
 */
import type { Crashes } from '../../src/coordinator/commands/probation.ts';
import { MemoryJournal } from '../../src/journal/memory/journal.ts';
import { emptySnapshot } from '../../src/journal/memory/snapshot.ts';
import type { PublishedEvent } from '../../src/protocol/event.ts';
import type { Prng } from '../core/model/prng.ts';
import { SimJournal } from './disk.ts';
import type { Ending } from './fault-plan.ts';
import type { Ledger } from './ledger.ts';
import { Life } from './life.ts';
import type { Poison } from './poison.ts';
import type { Stage } from './stage.ts';

/** The wall clock when a history begins: November 2026. */
const EPOCH_MS = 1_795_000_000_000;
/** Delay of the restart after an end by itself, or a crash that makes a difference. */
const SOON = { downMs: 5, jumpMs: 0, isKilled: true } as const;

/** The same time as main waits. */
const PROVEN_MS = 60_000;

interface End {
  readonly downMs: number;
  readonly jumpMs: number;
  /** Otherwise its connections were reset. */
  readonly isKilled: boolean;
}

export interface LivesOptions {
  readonly stage: Stage;
  readonly ledger: Ledger;
  readonly onReady: () => void;
}

export class Lives {
  /** The present run. */
  current: Life | undefined;
  /** Number of ended runs. */
  ended = 0;
  /** Of breakers. */
  openings = 0;
  /** The time at which the present run began to accept requests. */
  readyAt = 0;
  readonly #options: LivesOptions;
  readonly #stage: Stage;
  /** Its id is in answers, which are the same in each run of a seed. */
  #rows = new MemoryJournal({ ...emptySnapshot(), id: 'simulated' });
  #clockOffset = EPOCH_MS;
  #moments = 0;
  #crashes: Crashes = { inARow: 0, all: 0 };

  constructor(options: LivesOptions) {
    this.#options = options;
    this.#stage = options.stage;
    for (const ending of this.#stage.plan.faults.endings) this.#planEnding(ending);
  }

  readonly wallNow = (): number => this.#stage.agenda.now + this.#clockOffset;

  /** A settled command whose loose requests the journal still has. */
  get remembered(): string | undefined {
    return [...this.#rows.snapshot().rows.values()].find((row) => row.loose)?.command.id;
  }

  /** Whether a command is parked. */
  get hasParked(): boolean {
    return [...this.#rows.snapshot().rows.values()].some((row) => row.held === 'parked');
  }

  /** Whether the journal has that this node is retired. */
  hasRetired(node: string): boolean {
    return this.#rows.snapshot().kept.has(`retire/${node}`);
  }

  begin(): void {
    const number = this.ended + 1;
    const { plan, agenda, chance, network, note, hear: receive, throws } = this.#stage;
    note(() => `the daemon starts, life ${number}`);
    const nodeNames = this.#configured();
    const life = new Life({
      number,
      nodeNames,
      plan,
      agenda,
      chance,
      network,
      note,
      clockOffset: this.#clockOffset,
      openJournal: (of) => this.#openJournal(of, number),
      onReady: () => {
        note(() => 'the daemon is ready');
        this.readyAt = agenda.now;
        receive({ kind: 'started', nodeNames });
        this.#options.onReady();
      },
      onEvent: (event) => this.#published(event),
      crashes: this.#crashes,
      onTakenUp: () => life.later(PROVEN_MS, () => this.#prove()),
      onCrash: (poison) => this.#crashed(poison),
      onEnd: () => this.#end(life, { ...SOON, isKilled: false }),
      onBroken: throws,
    });
    this.current = life;
    life.start().catch(throws);
  }

  /** The nodes in the configuration, for a run that starts now. */
  #configured(): readonly string[] {
    const { plan, agenda, network } = this.#stage;
    const { gone } = plan;
    const isRemoved = gone !== undefined && (network.calm || agenda.now >= gone.removedAt);
    const names = plan.nodes.map(({ name }) => name);
    return isRemoved ? names.filter((name) => name !== gone.node) : names;
  }

  /** An operator has changed the configuration, and restarts the daemon. */
  restart(): void {
    this.#end(this.current, { ...SOON, isKilled: true });
  }

  /** Counts like main: `lifecycle/crashes.ts`. */
  #crashed(poison: Poison | undefined): void {
    const { inARow, all } = this.#crashes;
    this.#crashes = { inARow: inARow + 1, all: all + 1 };
    this.#stage.note(() => `a thread crashes: ${poison?.name ?? 'no command has done it'}`);
    this.#stage.hear({ kind: 'crashed', poison });
  }

  #prove(): void {
    this.#crashes = { ...this.#crashes, inARow: 0 };
  }

  #openJournal(life: Life, number: number): SimJournal {
    const { plan, agenda, chance, hear: receive, note } = this.#stage;
    const { ledger } = this.#options;
    this.#rows = new MemoryJournal(this.#rows.snapshot());
    const prng = chance.of(`disk ${number}`);
    return new SimJournal(this.#rows, {
      pace: plan.pace,
      prng,
      later: life.later,
      fails: () => (this.#diskFails(prng) ? { kept: prng.chance(0.5) } : undefined),
      onDurable: (batch, result) => {
        ledger.take(batch, result, agenda.now);
        note(() => `durable: ${JSON.stringify(batch)}`);
        receive({ kind: 'durable', batch });
      },
      onNoted: (writes) => receive({ kind: 'noted', writes }),
      onKept: (name, value) => receive({ kind: 'kept', name, value }),
      onPruned: (commands) => {
        for (const { seq } of commands) ledger.prune(seq);
        if (commands.length > 0) note(() => `pruned: ${commands.map(({ id }) => id).join(', ')}`);
        receive({ kind: 'pruned', commands });
      },
      onConfirmed: () => this.mayCrash('confirmed'),
    });
  }

  #diskFails(prng: Prng): boolean {
    const { network, plan, chance } = this.#stage;
    if (network.calm || !prng.chance(plan.faults.diskRate)) return false;
    return chance.strikes(`moment ${++this.#moments}: the disk fails`);
  }

  #published(event: PublishedEvent): void {
    const { hear: receive, note } = this.#stage;
    if (event.kind === 'command') {
      return receive({ kind: 'said', ask: undefined, answer: event.payload() });
    }
    if (event.kind !== 'breaker') return undefined;
    const { node, state } = event.payload();
    note(() => `breaker of ${node}: ${state}`);
    if (state === 'open') this.openings++;
    return undefined;
  }

  /**
   * A time at which a crash makes a difference. The crash is a step of its own: synchronous code is
   * never interrupted in its middle.
   */
  mayCrash(where: string): void {
    const { network, chance, plan, agenda } = this.#stage;
    if (network.calm) return;
    const name = `moment ${++this.#moments}: crash after ${where}`;
    const life = this.current;
    if (!chance.of(name).chance(plan.faults.crashRate) || !chance.strikes(name)) return;
    agenda.land(agenda.now, () => this.#end(life, SOON));
  }

  #planEnding(ending: Ending): void {
    const { agenda } = this.#stage;
    agenda.at(ending.at, () => this.#after(ending.steps, () => this.#execute(ending)));
  }

  #after(steps: number, act: () => void): void {
    if (steps === 0) act();
    else this.#stage.agenda.after(0, () => this.#after(steps - 1, act));
  }

  #execute(ending: Ending): void {
    const { network, note, throws } = this.#stage;
    const life = this.current;
    if (life === undefined || network.calm) return;
    if (ending.kind === 'crash') return this.#end(life, { ...ending, isKilled: true });
    note(() => `the daemon is to stop: ${ending.name}`);
    const stopped =
      ending.kind === 'stop' ? life.stop(ending.drainMs) : life.loseExecutor(0, ending.drainMs);
    stopped.catch(throws);
    return undefined;
  }

  #end(life: Life | undefined, { downMs, jumpMs, isKilled }: End): void {
    if (life === undefined || !life.isAlive) return;
    const { network, note, hear: receive, agenda } = this.#stage;
    note(() => 'the daemon dies');
    life.crash();
    this.ended++;
    this.current = undefined;
    network.loosenAll(isKilled);
    receive({ kind: 'died' });
    this.#clockOffset += jumpMs;
    agenda.after(downMs, () => this.begin());
  }
}
