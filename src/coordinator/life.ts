/**
 * The lives of the daemon, as far as one must know how the other ended: what a life in order has given
 * up is reset, while the kernel goes on sending for a process that was killed (docs/decisions/035).
 */
import type { Inherited } from '../core/model.ts';
import type { Journal } from '../journal/port.ts';

/** `running` from the start on, `ended` after an end in order at which every connection to a node was closed. */
const WORD = 'life';

/** How long the kernel may go on sending to each node for a process that was killed, ms. */
export type Outliving = Readonly<Record<string, number>>;

interface LifeOptions {
  /** Of all configured nodes. */
  readonly outliving: Outliving;
  readonly quiesceMs: number;
  readonly now: () => number;
}

export class Life {
  readonly inherited: Inherited;
  /** No thread of this life has a connection to a node any more. */
  hasLeftNodes = false;
  readonly #now: () => number;
  /** Until then lives before the last may have left something behind, of which the next one must know. */
  readonly #cleanFrom: number;

  private constructor(isAfterOrder: boolean, { outliving, quiesceMs, now }: LifeOptions) {
    const startedAt = now();
    const ends = Object.entries(outliving).map(([node, ms]) => {
      const landsFor = isAfterOrder ? quiesceMs : Math.max(quiesceMs, ms);
      return [node, startedAt + landsFor] as const;
    });
    this.inherited = Object.fromEntries(ends);
    this.#now = now;
    this.#cleanFrom = isAfterOrder ? startedAt : Math.max(...Object.values(this.inherited));
  }

  /**
   * Call before anything is sent.
   * @throws JournalError
   */
  static async begin(journal: Journal, options: LifeOptions): Promise<Life> {
    const word = (await journal.kept()).get(WORD);
    // An empty journal has had no life.
    const isAfterOrder = word === 'ended' || (await journal.head()).lastSeq === 0;
    if (word !== 'running') await journal.keep(WORD, 'running');
    return new Life(isAfterOrder, options);
  }

  /**
   * Its last word, as far as it ends in order.
   * @throws JournalError: the next life then waits as after a kill
   */
  async end(journal: Journal): Promise<void> {
    const isClean = this.#now() >= this.#cleanFrom;
    if (this.hasLeftNodes && isClean) await journal.keep(WORD, 'ended');
  }
}
