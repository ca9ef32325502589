/**
 * The breakers, one for each node, shared by all executors. Executors report their results with the nodes;
 * every change goes to them, to subscribers, and to the journal.
 *
 * Trial calls are ordered one by one, so that their number is bounded over all executors. The executors get
 * the orders in turn, because only they know which requests wait for the node. If none waits, the next tick
 * orders a harmless read.
 *
 * P9: a trial without a result ends by the breaker's own timeout. P10: if the journal cannot keep or return
 * a breaker, the breaker starts closed, and that is logged.
 */
import {
  actedOn,
  admitTrial,
  type Breaker,
  type BreakerAct,
  type BreakerContext,
  closedBreaker,
  isShut,
  observe,
  type Sample,
  tick,
  tried,
  unanswered,
} from '../../core/breaker/breaker.ts';
import { JournalError } from '../../journal/errors.ts';
import type { BreakerEvent, BreakerView } from '../../protocol/answer.ts';
import type { Order, WorkReport } from '../../protocol/work.ts';
import type { Batch } from '../batch.ts';
import type { CoordinatorOptions, CoordinatorPorts } from '../ports.ts';
import { Admission, type Stops } from './admission.ts';
import { breakerView } from './breaker-view.ts';
import { IdleNodes } from './idle-nodes.ts';
import { decodeBreaker, encodeBreaker, nodeOfValue, valueName } from './stored-breaker.ts';

interface NodeBreaker {
  /** Times it has opened since the start. */
  openings: number;
  /** The stored state differs from the one in memory. */
  isUnkept: boolean;
  /** The latest orders in a row for which the executor had no trial call. */
  idle: number;
  /** Whether the executor makes a harmless read if no request waits. */
  mayRead: boolean;
}

type Checked = Omit<Extract<WorkReport, { kind: 'checked' }>, 'kind'>;
type Tried = Omit<Extract<WorkReport, { kind: 'tried' }>, 'kind'>;

export class Breakers {
  readonly admission: Admission;
  readonly #ports: Pick<
    CoordinatorPorts,
    'journal' | 'now' | 'random' | 'order' | 'publish' | 'onTrouble'
  >;
  readonly #options: Pick<CoordinatorOptions, 'breaker' | 'executors'>;
  readonly #cluster = new Map<string, Breaker>();
  readonly #nodes = new Map<string, NodeBreaker>();
  readonly #idle: IdleNodes;
  readonly #stops: Stops;
  /** The executor that gets the next trial or check. */
  #nextExecutor = 0;
  #isTroubleLogged = false;

  constructor(
    ports: CoordinatorPorts,
    options: Pick<CoordinatorOptions, 'breaker' | 'executors' | 'nodeNames' | 'healthCheckEveryMs'>,
    stops: Stops,
  ) {
    this.#ports = ports;
    this.#options = options;
    this.#stops = stops;
    const { nodeNames, healthCheckEveryMs: everyMs } = options;
    this.#idle = new IdleNodes(nodeNames, { everyMs, now: ports.now() });
    for (const node of options.nodeNames) {
      if (this.#cluster.has(node)) throw new Error(`two breakers of the name ${node}`);
      this.#cluster.set(node, closedBreaker(ports.now()));
      this.#nodes.set(node, { openings: 0, isUnkept: false, idle: 0, mayRead: false });
    }
    this.admission = new Admission(this.#cluster, stops, options.breaker.trialCalls);
  }

  get views(): Readonly<Record<string, BreakerView>> {
    return Object.fromEntries([...this.#cluster.keys()].map((node) => [node, this.#view(node)]));
  }

  has(node: string): boolean {
    return this.#cluster.has(node);
  }

  /** The breaker of this node is not closed. */
  isShut(node: string): boolean {
    return isShut(this.#breaker(node));
  }

  /** Restores the state of an earlier life. Call when the executors are there, before any work. */
  async restore(): Promise<void> {
    const { journal } = this.#ports;
    try {
      for (const [name, word] of await journal.kept()) {
        const node = nodeOfValue(name);
        if (node === undefined) continue;
        // The node is no longer configured.
        if (this.#cluster.has(node)) this.#revive(node, word);
        else await journal.keep(name, undefined);
      }
    } catch (error) {
      this.#onTrouble(
        'cannot read the breakers from the journal: all breakers start closed',
        error,
      );
    }
  }

  /** An executor reports results. */
  observe(nodes: Readonly<Record<string, Sample>>, batch: Batch): void {
    for (const [node, sample] of Object.entries(nodes)) {
      this.#idle.called(node, this.#ports.now());
      this.#change(node, (breaker, context) => observe(breaker, sample, context), batch);
    }
  }

  /** An executor has called the health path of a node that no command called. */
  checked({ node, healthSignal, lastError }: Checked, batch: Batch): void {
    const failed = this.#idle.checked(node, healthSignal, this.#ports.now());
    if (failed === undefined) return;
    this.#change(
      node,
      (breaker, context) => unanswered(breaker, { failed, lastError }, context),
      batch,
    );
  }

  tried({ node, period, healthSignal, lastError }: Tried, batch: Batch): void {
    const state = this.#of(node);
    if (healthSignal === 'idle') {
      state.idle++;
    } else {
      state.idle = 0;
      state.mayRead = false;
    }
    const result = {
      period,
      healthSignal: healthSignal === 'idle' ? 'none' : healthSignal,
      ...(lastError === undefined ? {} : { lastError }),
    } as const;
    this.#change(node, (breaker, context) => tried(breaker, result, context), batch);
    // A trial without a result (no descriptors, for example) would fail again at once: the next tick tries.
    if (healthSignal !== 'none') this.#try(node);
  }

  /** Call it a few times a second. */
  tick(batch: Batch): void {
    for (const [node, state] of this.#nodes) {
      this.#change(node, tick, batch);
      this.#checkIdle(node);
      if (!isShut(this.#breaker(node)) && !state.isUnkept) continue;
      state.idle = 0;
      state.mayRead = true;
      this.#try(node);
      if (state.isUnkept) this.#keep(node, batch);
    }
  }

  #checkIdle(node: string): void {
    // A breaker that is not closed has trials; nobody waits for a retired node.
    if (isShut(this.#breaker(node)) || this.#stops.retirements.has(node)) return;
    if (!this.#idle.ask(node, this.#ports.now())) return;
    const executor = this.#nextExecutor++ % this.#options.executors;
    this.#ports.order(executor, { kind: 'check', node });
  }

  act(node: string, act: BreakerAct, batch: Batch): void {
    this.#change(node, (breaker, { now }) => actedOn(breaker, act, now), batch);
  }

  #change(
    node: string,
    step: (breaker: Breaker, context: BreakerContext) => Breaker,
    batch: Batch,
  ): void {
    const before = this.#breaker(node);
    const after = step(before, this.#context);
    if (after === before) return;
    this.#cluster.set(node, after);
    this.admission.update();
    if (after.kind === before.kind) return;
    this.#report(node, before);
    this.#of(node).isUnkept = true;
    this.#keep(node, batch);
  }

  /** Sends the new state to executors and subscribers. */
  #report(node: string, before: Breaker): void {
    const after = this.#breaker(node);
    const isOpening = after.kind === 'open' || after.kind === 'forced';
    // A trial that fails opens it again: that is the same outage.
    if (isOpening && !isShut(before)) this.#of(node).openings++;
    if (isShut(after) !== isShut(before))
      this.#orderAll({ kind: 'breaker', node, closed: !isShut(after) });
    const from = breakerView(before, this.#ports.now()).state;
    const event: BreakerEvent = { node, from, ...this.#view(node) };
    this.#ports.publish({ kind: 'breaker', topic: `breaker.${node}`, payload: () => event });
  }

  /** Orders as many trial calls as the breaker allows now. */
  #try(node: string): void {
    const { executors } = this.#options;
    const state = this.#of(node);
    for (;;) {
      const admitted = admitTrial(this.#breaker(node), this.#context);
      if (admitted === undefined) return;
      const { breaker, call } = admitted;
      const isLastResort = state.mayRead && state.idle >= executors - 1;
      if (call === 'any' && state.idle >= executors && !isLastResort) return;
      this.#cluster.set(node, breaker);
      const harmless = call === 'read' || isLastResort;
      const executor = this.#nextExecutor++ % executors;
      this.#ports.order(executor, { kind: 'try', node, period: breaker.since, call, harmless });
    }
  }

  #revive(node: string, word: string): void {
    const before = this.#breaker(node);
    const after = decodeBreaker(word, this.#context);
    if (after === undefined) {
      const what = `the stored state of the breaker of ${node} is corrupt: the breaker starts closed`;
      const error = new JournalError('the stored state is corrupt', { code: 'corrupt' });
      this.#of(node).isUnkept = true;
      return this.#ports.onTrouble(what, error);
    }
    this.#cluster.set(node, after);
    this.admission.update();
    this.#report(node, before);
    return undefined;
  }

  #keep(node: string, batch: Batch): void {
    batch.read(async () => {
      const state = this.#of(node);
      if (!state.isUnkept) return;
      state.isUnkept = false;
      try {
        await this.#ports.journal.keep(valueName(node), encodeBreaker(this.#breaker(node)));
        this.#isTroubleLogged = false;
      } catch (error) {
        state.isUnkept = true;
        this.#onTrouble('cannot store a breaker in the journal: retrying', error);
      }
    });
  }

  /** Logged once, until the journal works again. */
  #onTrouble(what: string, error: unknown): void {
    if (!(error instanceof JournalError)) throw error;
    if (!this.#isTroubleLogged) this.#ports.onTrouble(what, error);
    this.#isTroubleLogged = true;
  }

  #orderAll(order: Order): void {
    const { executors } = this.#options;
    for (let executor = 0; executor < executors; executor++) this.#ports.order(executor, order);
  }

  #view(node: string): BreakerView {
    const { openings } = this.#of(node);
    return { ...breakerView(this.#breaker(node), this.#ports.now()), openings };
  }

  #breaker(node: string): Breaker {
    const breaker = this.#cluster.get(node);
    if (breaker === undefined) throw new Error(`there is no breaker of ${node}`);
    return breaker;
  }

  #of(node: string): NodeBreaker {
    const state = this.#nodes.get(node);
    if (state === undefined) throw new Error(`there is no breaker of ${node}`);
    return state;
  }

  get #context(): BreakerContext {
    const { now, random } = this.#ports;
    return { now: now(), random, policy: this.#options.breaker };
  }
}
