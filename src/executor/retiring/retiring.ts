/**
 * A node is retired: the sagas that name it go on without it. There may be a hundred thousand, so they do so a few at a
 * time (P8, P9). One that is handed to the executor later comes with the node retired.
 */
import { Fifo } from '../../base/queues/fifo.ts';
import type { Order } from '../../protocol/work.ts';
import type { Run } from '../run.ts';

/** Sagas that go on in one turn of the event loop, at most. */
const LOT = 100;

interface RetiringOptions {
  /** Lets the saga go on without it, if it has not settled meanwhile. */
  readonly act: (run: Run, node: string) => void;
  /** Calls in a later turn of the event loop. */
  readonly soon: (act: () => void) => void;
}

export class Retiring {
  readonly #options: RetiringOptions;
  readonly #waiting = new Fifo<{ readonly run: Run; readonly node: string }>();
  #isRunning = false;

  constructor(options: RetiringOptions) {
    this.#options = options;
  }

  begin({ node, upTo }: Extract<Order, { kind: 'retire' }>, runs: Iterable<Run>): void {
    for (const run of runs) {
      const { seq, nodes } = run.saga.command;
      if (seq <= upTo && nodes.includes(node)) this.#waiting.push({ run, node });
    }
    if (!this.#isRunning) this.#run();
  }

  #run(): void {
    for (let count = 0; count < LOT; count++) {
      const next = this.#waiting.shift();
      if (next !== undefined) this.#options.act(next.run, next.node);
    }
    this.#isRunning = this.#waiting.size > 0;
    if (this.#isRunning) this.#options.soon(() => this.#run());
  }
}
