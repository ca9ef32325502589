/**
 * What the executors say of their calls to nodes. All are asked once a second (figures-round.ts); a
 * client is answered from that, without waiting for executors that have their hands full.
 */
import type { NodeReport } from '../protocol/answer.ts';
import type { CoordinatorOptions, CoordinatorPorts } from './ports.ts';
import type { Questions } from './questions.ts';

/** By executor, from 0: its reports, by node. */
export type NodeFigures = ReadonlyMap<number, Readonly<Record<string, NodeReport>>>;

const ANSWER_MS_MAX = 2000;
/** From one round's end to the next's: a second, and its way there and back. */
const FRESH_MS = 1500;

export class NodeFiguresDesk {
  readonly #ports: Pick<CoordinatorPorts, 'now' | 'order'>;
  readonly #executors: number;
  readonly #questions: Questions;
  /** Who hears of the round that is under way. */
  #hearers: ((figures: NodeFigures) => void)[] = [];
  #latest: { readonly figures: NodeFigures; readonly heardAt: number } | undefined;

  constructor(
    ports: Pick<CoordinatorPorts, 'now' | 'order'>,
    { executors }: Pick<CoordinatorOptions, 'executors'>,
    questions: Questions,
  ) {
    this.#ports = ports;
    this.#executors = executors;
    this.#questions = questions;
  }

  /** What all executors said lately; undefined if that is too long ago, or one of them did not. */
  get fresh(): NodeFigures | undefined {
    const latest = this.#latest;
    return latest !== undefined && this.#ports.now() - latest.heardAt <= FRESH_MS
      ? latest.figures
      : undefined;
  }

  /** An executor is lost: what it said does not stand for it any more. */
  forget(): void {
    this.#latest = undefined;
  }

  /** Asks them all, or waits with whoever asked them just now; hears of those that answered in time. */
  ask(hear: (figures: NodeFigures) => void): void {
    if (this.#hearers.push(hear) > 1) return;
    const until = this.#ports.now() + ANSWER_MS_MAX;
    const figures = new Map<number, Readonly<Record<string, NodeReport>>>();
    let missing = this.#executors;
    for (let executor = 0; executor < this.#executors; executor++) {
      const ticket = this.#questions.ask(until, (value) => {
        if (value?.of === 'report') figures.set(executor, value.nodes);
        if (--missing === 0) this.#tell(figures);
      });
      this.#ports.order(executor, { kind: 'report', ticket });
    }
  }

  #tell(figures: NodeFigures): void {
    const isWhole = figures.size === this.#executors;
    this.#latest = isWhole ? { figures, heardAt: this.#ports.now() } : undefined;
    const hearers = this.#hearers;
    this.#hearers = [];
    for (const hear of hearers) hear(figures);
  }
}
