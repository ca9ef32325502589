/**
 * The lives of the daemon, as far as the next one depends on how the last one ended: connections of an orderly
 * end are reset, while the kernel may go on sending for a killed process (docs/decisions/035).
 */
import type { Inherited } from '../../core/model.ts';
import type { Journal, Moment } from '../../journal/port.ts';
import { aheadMs, markOf, readMark } from './client-clock.ts';

/** `running` from the start on; `ended` after an orderly end that closed every connection to a node. */
const WORD = 'life';
/** See {@link markOf}. */
const CLOCK = 'clock';

/** How long the kernel may go on sending to each node for a process that was killed, ms. */
export type Outliving = Readonly<Record<string, number>>;

export interface LifeOptions {
  /** For all configured nodes. */
  readonly outliving: Outliving;
  readonly quiesceMs: number;
  /** How long requests of the life before may still run, ms; absent: its process is dead. */
  readonly runsForMs?: number;
  readonly now: () => number;
}

/** The lives before this one, by the journal. */
interface Before {
  readonly isAfterOrder: boolean;
  /** The clients' clock at the start of the last one. */
  readonly mark: Moment | undefined;
  readonly lived: number;
}

export class Life {
  readonly inherited: Inherited;
  /** The clock that clients see, ms. */
  readonly clientNow: () => number;
  readonly #now: () => number;
  /** Until then, requests of lives before the last one may still land, and the next life must know. */
  readonly #cleanFrom: number;

  readonly #mark: string;
  #hasLeftNodes = false;

  private constructor(before: Before, { outliving, quiesceMs, runsForMs = 0, now }: LifeOptions) {
    const { isAfterOrder, mark, lived } = before;
    const startedAt = now();
    const ahead = aheadMs(mark, { at: startedAt, lived });
    this.clientNow = () => now() + ahead;
    this.#mark = markOf({ at: startedAt + ahead, lived });
    const ends = Object.entries(outliving).map(([node, ms]) => {
      const landsFor = isAfterOrder ? quiesceMs : Math.max(quiesceMs, ms);
      return [node, startedAt + runsForMs + landsFor] as const;
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
    // An empty journal belongs to no earlier life.
    const isAfterOrder = word === 'ended' || lastSeq === 0;
    if (word !== 'running') await journal.keep(WORD, 'running');
    return new Life({ isAfterOrder, mark: readMark(kept.get(CLOCK)), lived }, options);
  }

  /**
   * Stores the start of the clients' clock for the next life.
   * @throws JournalError: the next life then uses an older value, which is less exact
   */
  async keepClock(journal: Journal): Promise<void> {
    await journal.keep(CLOCK, this.#mark);
  }

  /** No thread of this life has a connection to a node now. */
  noteNodesLeft(): void {
    this.#hasLeftNodes = true;
  }

  /**
   * Stores that this life ended in order, if it did.
   * @throws JournalError: the next life then waits as after a kill
   */
  async end(journal: Journal): Promise<void> {
    const isClean = this.#now() >= this.#cleanFrom;
    if (this.#hasLeftNodes && isClean) await journal.keep(WORD, 'ended');
  }
}
