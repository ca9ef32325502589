/**
 * Holds exchanges with nodes whose breaker is not closed. A held exchange has not begun: its saga does not see
 * it, so it is no attempt and no failure (P5), and the deadline of the saga runs on.
 *
 * Sagas that never give up (P5) go on before others, and reads before requests that change a node. When the node is back, all
 * go on, a few at a time.
 */

import { Fifo } from '../base/queues/fifo.ts';
import type { HealthSignal } from '../core/breaker/breaker.ts';

/** A run whose exchange with one node is held. */
export interface Held<Run> {
  readonly run: Run;
  /** Its saga rolls back, or can only go forward. */
  readonly neverGivesUp: boolean;
  readonly reads: boolean;
}

/** One exchange that may begin although the breaker of its node is not closed. */
export interface Trial {
  readonly node: string;
  readonly readsOnly: boolean;
  /** The exchange has ended. @param detail of the reply */
  readonly ended: (healthSignal: HealthSignal, detail?: string) => void;
}

export interface GateOptions<Run> {
  /** Lets a run act: it enters again with the exchange that was held. */
  readonly act: (run: Run) => void;
  /** Calls in a later turn of the event loop. */
  readonly soon: (act: () => void) => void;
}

/** Runs that go on in one turn of the event loop, at most. */
const LOT = 100;

export class Gate<Run> {
  readonly #options: GateOptions<Run>;
  /** The held runs, by node whose breaker is not closed. */
  readonly #held = new Map<string, Map<Run, Held<Run>>>();
  readonly #released = new Fifo<Run>();
  #isReleasing = false;
  #trial: Trial | undefined;

  constructor(options: GateOptions<Run>) {
    this.#options = options;
  }

  /** Whether exchanges with this node begin as usual. */
  admits(node: string): boolean {
    return !this.#held.has(node);
  }

  shut(node: string): void {
    if (this.admits(node)) this.#held.set(node, new Map());
  }

  /** The held runs of the node go on, unless another node holds them. */
  open(node: string): void {
    const held = [...(this.#held.get(node)?.values() ?? [])];
    this.#held.delete(node);
    for (const { run } of held.sort((a, b) => rank(a) - rank(b))) this.#released.push(run);
    if (!this.#isReleasing) this.#release();
  }

  /** Holds the run at a node that is shut; or returns the trial that lets its exchange begin. */
  enter(node: string, held: Held<Run>): Trial | undefined {
    const trial = this.#trial;
    if (trial?.node !== node || (trial.readsOnly && !held.reads)) {
      this.#held.get(node)?.set(held.run, held);
      return undefined;
    }
    this.#trial = undefined;
    return trial;
  }

  /** The run is about to act again, or has ended. */
  forget(run: Run): void {
    if (this.#held.size === 0) return;
    for (const held of this.#held.values()) held.delete(run);
  }

  /** Lets one held run go on; returns whether one used the trial. */
  letOneThrough(trial: Trial): boolean {
    for (;;) {
      const run = this.#first(trial);
      if (run === undefined) return false;
      this.#trial = trial;
      this.#options.act(run);
      const isUsed = this.#trial === undefined;
      this.#trial = undefined;
      if (isUsed) return true;
    }
  }

  /** Removes the run that goes on first. */
  #first({ node, readsOnly }: Trial): Run | undefined {
    let best: Held<Run> | undefined;
    for (const held of this.#held.get(node)?.values() ?? []) {
      if (readsOnly && !held.reads) continue;
      if (best === undefined || rank(held) < rank(best)) best = held;
      if (rank(best) === 0) break;
    }
    if (best !== undefined) this.#held.get(node)?.delete(best.run);
    return best?.run;
  }

  #release(): void {
    for (let count = 0; count < LOT; count++) {
      const run = this.#released.shift();
      if (run !== undefined) this.#options.act(run);
    }
    this.#isReleasing = this.#released.size > 0;
    if (this.#isReleasing) this.#options.soon(() => this.#release());
  }
}

/** The lowest goes on first. */
function rank({ neverGivesUp, reads }: Held<unknown>): number {
  return (neverGivesUp ? 0 : 2) + (reads ? 0 : 1);
}
