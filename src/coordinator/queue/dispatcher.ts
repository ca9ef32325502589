/**
 * Dispatches commands to executors: from the lanes, in their order, as slots become free.
 *
 * All that it dispatches is durable (P2, P3): the batch loop calls `dispatch` after each commit.
 */
import { isIrreversible } from '../../core/forward-only.ts';
import type { Inherited, Lane } from '../../core/model.ts';
import type { Admission } from '../breakers/admission.ts';
import type { Probation } from '../commands/probation.ts';
import type { Drains } from '../nodes/drains.ts';
import type { Retirements } from '../nodes/retirements.ts';
import type { CoordinatorOptions, CoordinatorPorts } from '../ports.ts';
import type { KeyOrder } from './key-order.ts';
import { Lanes } from './lanes.ts';
import type { OpenCommand } from './open-command.ts';
import type { Pauses } from './pauses.ts';
import { Slots } from './slots.ts';
import { drainStep, pauseStep } from './story.ts';

/** The most commands dispatched at once: rollbacks of an earlier life take no slot that would bound them. */
const DISPATCH_MAX = 1000;
/** The interactive lane counts as in use for so long after its latest command. */
const IN_USE_MS = 10_000;

export interface DispatcherStart {
  readonly ports: Pick<CoordinatorPorts, 'journal' | 'now' | 'order'>;
  readonly options: Pick<
    CoordinatorOptions,
    'executors' | 'concurrency' | 'interactiveShare' | 'policy'
  >;
  readonly keys: KeyOrder;
  readonly admission: Admission;
  readonly drains: Pick<Drains, 'endedAfter'>;
  readonly pauses: Pick<Pauses, 'has' | 'endedAfter'>;
  readonly retirements: Pick<Retirements, 'of'>;
  readonly probation: Probation;
  readonly inherited: Inherited;
  /** More commands are ready: call again soon. */
  readonly onMore: () => void;
}

/** What the journal knows of a command that is dispatched. */
interface Known {
  /** The owner marks on its key. */
  readonly tokens: Readonly<Record<string, string>> | undefined;
  readonly record: string | undefined;
}

export class Dispatcher {
  readonly lanes: Lanes;
  readonly #start: DispatcherStart;
  readonly #slots: Slots;
  /** The most slots of the bulk lane while the other is in use. */
  readonly #bulkMax: number;
  #interactiveAt = Number.NEGATIVE_INFINITY;

  constructor(start: DispatcherStart) {
    const { executors, concurrency, interactiveShare } = start.options;
    this.#start = start;
    this.#slots = new Slots(executors, concurrency);
    this.#bulkMax = Math.max(1, Math.floor(executors * concurrency * (1 - interactiveShare)));
    this.lanes = new Lanes(interactiveShare);
  }

  /** Every slot is taken. */
  get isFull(): boolean {
    return this.#slots.free() === undefined;
  }

  /** The command holds its key, and waits for a slot. */
  add(open: OpenCommand): void {
    this.#linesOf(open).add(open);
  }

  /** Removes a command that no longer needs a slot. */
  remove(open: OpenCommand): void {
    this.#linesOf(open).remove(open);
  }

  #linesOf(open: OpenCommand): Lanes {
    const { probation } = this.#start;
    return probation.has(open) ? probation.lanes : this.lanes;
  }

  #takeNext(takesNew: (lane: Lane) => boolean): OpenCommand | undefined {
    return this.#start.probation.takeNext(takesNew) ?? this.lanes.takeNext(takesNew);
  }

  /** Fills the free slots. */
  async dispatch(): Promise<void> {
    const { admission, pauses, probation } = this.#start;
    const now = this.#start.ports.now();
    const takesNew = (lane: Lane): boolean =>
      admission.hasRoom && !pauses.has(lane) && (lane !== 'bulk' || this.#bulkMayGo(now));
    const picked: { open: OpenCommand; executor: number }[] = [];
    while (picked.length < DISPATCH_MAX) {
      const executor = this.#slots.free();
      const open = executor === undefined ? undefined : this.#takeNext(takesNew);
      if (executor === undefined || open === undefined) break;
      if (!open.recovered) admission.countDispatched();
      this.#noteStops(open);
      const isWork = this.#isWork(open, now);
      if (isWork && open.command.lane === 'interactive') this.#interactiveAt = now;
      this.#slots.assign(open, executor, isWork);
      picked.push({ open, executor });
    }
    if (picked.length === 0) return;
    if (picked.length === DISPATCH_MAX) this.#start.onMore();
    // A delete is guarded by the token of its record; the journal may know it.
    const surveyed = picked.filter(
      ({ open }) => open.state === 'accepted' && open.command.op === 'delete',
    );
    const tokens =
      surveyed.length === 0
        ? undefined
        : await this.#start.ports.journal.tokens(surveyed.map(({ open }) => open.command.groupId));
    const recorded = picked.flatMap(({ open: { command } }) =>
      command.record ? [command.seq] : [],
    );
    const records =
      recorded.length === 0 ? undefined : await this.#start.ports.journal.records(recorded);
    if (probation.hasUnsaved) await probation.begin();
    for (const { open, executor } of picked) {
      const { seq, groupId } = open.command;
      const known = { tokens: tokens?.get(groupId), record: records?.get(seq) };
      this.#drive(open, executor, known);
    }
  }

  /** For its story: operators had stopped it until now. */
  #noteStops(open: OpenCommand): void {
    const { drains, pauses } = this.#start;
    const { command } = open;
    const pause = pauses.endedAfter(command.lane, command.acceptedAt);
    if (pause !== undefined) open.happened(pauseStep(command, pause, pause.until));
    for (const [node, drain] of drains.endedAfter(command.acceptedAt)) {
      open.happened(drainStep(command, { node, ...drain }, drain.until));
    }
  }

  /**
   * Bulk commands in work delay all others at the nodes. So the bulk lane keeps to its share even while no
   * interactive command waits: the next one is about to come.
   */
  #bulkMayGo(now: number): boolean {
    return this.#slots.bulk < this.#bulkMax || now - this.#interactiveAt >= IN_USE_MS;
  }

  /** What may never end (P5) takes no slot. */
  #isWork({ state, stuck, command }: OpenCommand, now: number): boolean {
    if (state === 'compensating' || stuck) return false;
    const isLate = now >= command.deadlineAt;
    return !(isLate && isIrreversible(command, this.#start.options.policy));
  }

  /** The command is being rolled back, goes forward past its deadline, or has settled: its slot is free. */
  release(open: OpenCommand): void {
    this.#slots.release(open);
  }

  #drive(open: OpenCommand, executor: number, { tokens, record }: Known): void {
    const { ports, keys, inherited, retirements } = this.#start;
    const { command, recovered } = open;
    const loose = keys.looseOf(command.groupId, ports.now());
    const retired = retirements.of(command);
    const history = {
      ...(retired.length === 0 ? {} : { retired }),
      ...(loose === undefined ? {} : { loose }),
      ...(tokens === undefined ? {} : { tokens }),
    };
    ports.order(executor, {
      kind: 'drive',
      command,
      ...(record === undefined ? {} : { record }),
      history,
      entries: open.takeEntries(),
      ...(recovered ? { inherited } : {}),
    });
  }
}
