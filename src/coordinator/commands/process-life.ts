/**
 * The lives of the daemon, as far as one must know how the other ended: what a life in order has given
 * up is reset, while the kernel goes on sending for a process that was killed (docs/decisions/035).
 */
import type { Inherited } from '../../core/model.ts';
import type { Journal, Moment } from '../../journal/port.ts';
import { aheadMs, markOf, readMark } from './client-clock.ts';

/** `running` from the start on, `ended` after an end in order at which every connection to a node was closed. */
const WORD = 'life';
/** See {@link markOf}. */
const CLOCK = 'clock';

/** How long the kernel may go on sending to each node for a process that was killed, ms. */
export type Outliving = Readonly<Record<string, number>>;

export interface LifeOptions {
  /** Of all configured nodes. */
  readonly outliving: Outliving;
  readonly quiesceMs: number;
  readonly now: () => number;
}

/** What the journal says of the lives before. */
interface Before {
  readonly isAfterOrder: boolean;
  /** The clients' clock at the start of the last one. */
  readonly mark: Moment | undefined;
  readonly lived: number;
}

export class Life {
  readonly inherited: Inherited;
  /** The clock that clients are told, ms. */
  readonly clientNow: () => number;
  readonly #now: () => number;
  /** Until then lives before the last may have left something behind, of which the next one must know. */
  readonly #cleanFrom: number;

  readonly #mark: string;
  #hasLeftNodes = false;

  private constructor(before: Before, { outliving, quiesceMs, now }: LifeOptions) {
    const { isAfterOrder, mark, lived } = before;
    const startedAt = now();
    const ahead = aheadMs(mark, { at: startedAt, lived });
    this.clientNow = () => now() + ahead;
    this.#mark = markOf({ at: startedAt + ahead, lived });
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
    const kept = await journal.kept();
    const { lastSeq, lived } = await journal.head();
    const word = kept.get(WORD);
    // An empty journal has had no life.
    const isAfterOrder = word === 'ended' || lastSeq === 0;
    if (word !== 'running') await journal.keep(WORD, 'running');
    return new Life({ isAfterOrder, mark: readMark(kept.get(CLOCK)), lived }, options);
  }

  /**
   * Leaves to the next life where the clients' clock has begun in this one.
   * @throws JournalError: the next life then knows it from an earlier one, and less exactly
   */
  async keepClock(journal: Journal): Promise<void> {
    await journal.keep(CLOCK, this.#mark);
  }

  /** No thread of this run has a connection to a node now. */
  noteNodesLeft(): void {
    this.#hasLeftNodes = true;
  }

  /**
   * Its last word, as far as it ends in order.
   * @throws JournalError: the next life then waits as after a kill
   */
  async end(journal: Journal): Promise<void> {
    const isClean = this.#now() >= this.#cleanFrom;
    if (this.#hasLeftNodes && isClean) await journal.keep(WORD, 'ended');
  }
}
