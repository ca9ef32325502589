/**
 * A coordinator without sockets: its journal is in memory, the test moves its clock, its orders and
 * events are captured. The test plays the executors, or a crew does (crew.ts).
 */
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Crashes } from '../../../src/coordinator/commands/probation.ts';
import { Life, type Outliving } from '../../../src/coordinator/commands/process-life.ts';
import { loadCounters, recover } from '../../../src/coordinator/commands/recovery.ts';
import { Coordinator } from '../../../src/coordinator/coordinator.ts';
import type { CoordinatorOptions } from '../../../src/coordinator/ports.ts';
import type { BreakerPolicy } from '../../../src/core/breaker/breaker.ts';
import type { Policy } from '../../../src/core/context.ts';
import type { MemorySnapshot } from '../../../src/journal/memory/snapshot.ts';
import type { Answer } from '../../../src/protocol/answer.ts';
import type { RequestInput } from '../../../src/protocol/input/request-input.ts';
import { parseRequest } from '../../../src/protocol/parse-request.ts';
import type { Order, WorkReport } from '../../../src/protocol/work.ts';
import { POLICY as BREAKER_POLICY } from '../../core/breaker-builders.ts';
import { GatedJournal } from './gated-journal.ts';
import { HandClock } from './hand-clock.ts';

export const POLICY: Policy = {
  tokens: true,
  restores: true,
  quiesceMs: 5000,
  backoffBaseMs: 10,
  backoffCapMs: 1000,
  retryAfterCapMs: 5000,
  stuckAfterMs: 60_000,
};

const BREAKER: BreakerPolicy = { ...BREAKER_POLICY, trialTimeoutMs: 6000 };

const OPTIONS: CoordinatorOptions = {
  policy: POLICY,
  breaker: BREAKER,
  nodeNames: ['node01', 'node02', 'node03'],
  unroutable: (groupId) => (groupId.includes('/') ? 'groupId holds "/"' : undefined),
  executors: 1,
  concurrency: 4,
  interactiveShare: 0.75,
  openMax: 10_000,
  defaultDeadlineMs: 30_000,
  retentionMs: 3_600_000,
  auditEveryMs: 0,
  healthCheckEveryMs: 0,
  misfitOf: () => undefined,
  recordBytesMax: 100,
  heldBytesMax: 150,
  recordRetentionMs: 3_600_000,
  isUnprotected: false,
  publishesEvents: true,
  version: '1.2.3',
  pid: 4711,
};

const NO_OUTLIVING: Outliving = Object.fromEntries(OPTIONS.nodeNames.map((name) => [name, 0]));

/** After this many event-loop turns without a change the coordinator is at rest. */
const QUIET_TURNS = 6;

export interface HarnessSetting extends Partial<CoordinatorOptions> {
  readonly clock?: HandClock;
  /** The data that an earlier life has left. */
  readonly from?: MemorySnapshot;
  /** The time for which the kernel continues to send for a killed process; 0 by default. */
  readonly outliving?: Outliving;
  /** The crashes that main has counted. */
  readonly crashes?: Crashes;
  /** Called before recovery. */
  readonly prepare?: (harness: Harness) => void;
}

/** One request and its answer; a second answer is a fault that `answer` finds. */
export class Asked {
  readonly answers: Answer[] = [];

  get isOpen(): boolean {
    return this.answers.length === 0;
  }

  get answer(): Answer {
    expect(this.answers).toHaveLength(1);
    return this.answers[0] as Answer;
  }
}

export class Harness {
  readonly clock: HandClock;
  readonly journal: GatedJournal;
  /** The clock that clients see. */
  readonly clientNow: () => number;
  readonly coordinator: Coordinator;
  readonly orders: { readonly executor: number; readonly order: Order }[] = [];
  /** Its reports of failures outside the program. */
  readonly troubles: string[] = [];
  /** Its log lines about operators. */
  readonly notes: (readonly [what: string, details: object])[] = [];
  readonly events: (readonly [topic: string, payload: object])[] = [];
  readonly fatal: unknown[] = [];
  /** Errors of failed looks. */
  readonly failures: unknown[] = [];
  drained = 0;
  /** Number of times that it reported the end of the recovery. */
  takenUp = 0;
  /** Number of open commands at its start. */
  recovered = 0;
  /** A further receiver of orders. */
  deliver: ((executor: number, order: Order) => void) | undefined;
  #isDead = false;
  #moves = 0;
  #ids = 0;
  #drainedBy = 0;

  constructor(
    {
      clock,
      from,
      prepare: _prepare,
      outliving: _outliving,
      crashes,
      ...options
    }: HarnessSetting & Clocked,
    start: Start,
  ) {
    this.clock = clock;
    this.clientNow = start.life.clientNow;
    this.journal = new GatedJournal(this.stir, from);
    this.coordinator = new Coordinator({
      ports: {
        journal: this.journal,
        now: clock.now,
        clientNow: this.clientNow,
        random: () => 0.5,
        newId: () => `given-${++this.#ids}`,
        at: (time, act) =>
          clock.at(time, () => {
            if (this.#isDead) return;
            this.stir();
            act();
          }),
        order: (executor, order) => {
          if (this.#isDead) return;
          this.stir();
          this.orders.push({ executor, order });
          this.deliver?.(executor, order);
        },
        onTrouble: (what, { code }) => this.troubles.push(`${what}: ${code}`),
        onLookFailed: (error) => this.failures.push(error),
        noted: (what, details) => this.notes.push([what, details]),
        publish: ({ topic, payload }) => void this.events.push([topic, payload()]),
      },
      options: { ...OPTIONS, ...options },
      counters: start.counters,
      inherited: start.life.inherited,
      ...(crashes === undefined ? {} : { crashes }),
      onTakenUp: () => {
        this.takenUp++;
      },
      onFatal: (error) => this.fatal.push(error),
      onDrained: () => {
        this.drained++;
      },
    });
  }

  /** Something has changed: the coordinator is not at rest. */
  readonly stir = (): void => {
    this.#moves++;
  };

  /** @param client its connection; absent: the same for all */
  ask(input: RequestInput, client?: string): Asked {
    const parsed = parseRequest(Buffer.from(JSON.stringify(input)));
    if (!parsed.ok) throw new Error(parsed.reply.error.message);
    const asked = new Asked();
    const respond = (answer: Answer): void => {
      if (this.#isDead) return;
      this.stir();
      asked.answers.push(answer);
    };
    this.coordinator.request(parsed.request, Object.assign(respond, { client }));
    return asked;
  }

  /** Every `drained` is that of another executor. */
  report(...reports: readonly WorkReport[]): void {
    for (const report of reports) {
      this.coordinator.report(report, report.kind === 'drained' ? this.#drainedBy++ : 0);
    }
  }

  /** Resolves when the coordinator is at rest; time does not pass meanwhile. */
  async rest(): Promise<void> {
    for (let seen = -1, quiet = 0; quiet < QUIET_TURNS; quiet++) {
      const now = this.#moves + this.coordinator.backlog;
      if (now !== seen) quiet = 0;
      seen = now;
      await turnOfLoop();
    }
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms, () => this.rest());
  }

  /** The orders of one kind so far. */
  ordersOf<Kind extends Order['kind']>(kind: Kind): Extract<Order, { kind: Kind }>[] {
    return this.orders
      .map(({ order }) => order)
      .filter((order): order is Extract<Order, { kind: Kind }> => order.kind === kind);
  }

  /**
   * Names of the stored values in the journal, except that of the clock, which every start stores.
   */
  async words(): Promise<readonly string[]> {
    return [...(await this.journal.kept()).keys()].filter((name) => name !== 'clock');
  }

  /** The ids of the commands handed to executors, in order. */
  get driven(): readonly string[] {
    return this.ordersOf('drive').map(({ command }) => command.id);
  }

  seqOf(id: string): number {
    const drive = this.ordersOf('drive').findLast(({ command }) => command.id === id);
    if (drive === undefined) throw new Error(`${id} was not driven`);
    return drive.command.seq;
  }

  /** Ends this life like a crash: nothing more is sent or written; only the journal remains. */
  crash(): MemorySnapshot {
    this.#isDead = true;
    this.journal.hold();
    return this.journal.snapshot();
  }
}

interface Clocked {
  readonly clock: HandClock;
}

interface Start {
  readonly life: Life;
  readonly counters: Awaited<ReturnType<typeof loadCounters>>;
}

export async function openHarness(setting: HarnessSetting = {}): Promise<Harness> {
  const { from, clock = new HandClock(), outliving = NO_OUTLIVING } = setting;
  const { quiesceMs } = setting.policy ?? POLICY;
  const journal = new GatedJournal(() => {}, from);
  const life = await Life.begin(journal, { outliving, quiesceMs, now: clock.now });
  const counters = await loadCounters(journal);
  const harness = new Harness({ ...setting, clock }, { counters, life });
  await life.keepClock(harness.journal);
  setting.prepare?.(harness);
  if (setting.from !== undefined) {
    await harness.coordinator.restore();
    harness.recovered = await recover(harness.coordinator.commands, harness.journal);
    harness.coordinator.post(() => {});
    await harness.rest();
  }
  return harness;
}
