/**
 * What clients ask to see (P9): looked up between turns, behind the commit, oldest first, for a bounded
 * time in each turn, so that commands and the signs of life go on however much there is to see. One
 * that could not be had in time is answered `busy`.
 *
 * A look that fails is its asker's error. Not so when the journal fails: nothing is known to be durable
 * then, and that is the daemon's end as it is for a commit.
 */
import { Fifo } from '../../base/fifo.ts';
import { JournalError } from '../../journal/errors.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';

/** What all looks of one turn may take, ms; the last one begun is ended. */
const SPENT_MS_MAX = 20;
const WAITED_MS_MAX = 2000;
const WAITING_MAX = 5000;
const RETRY_AFTER_MS = 1000;

export interface Look {
  /** Looks, and tells the asker. */
  readonly see: () => Promise<void> | void;
  /** There was no time for it, or it failed. */
  readonly miss: (why: ErrorReply) => void;
}

export interface LooksOptions {
  readonly now: () => number;
  /** A look failed by a fault of this program, or of one row: its asker was told `internal`. */
  readonly onFailure: (error: unknown) => void;
}

interface Waiting extends Look {
  readonly since: number;
}

export class Looks {
  readonly #options: LooksOptions;
  readonly #waiting = new Fifo<Waiting>();

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(looks: readonly Look[]): void {
    if (looks.length === 0) return;
    const since = this.#options.now();
    for (const { see, miss } of looks) {
      if (this.size < WAITING_MAX) this.#waiting.push({ see, miss, since });
      else miss(busy());
    }
  }

  /** @throws JournalError */
  async spend(): Promise<void> {
    const { now } = this.#options;
    for (const begun = now(); this.size > 0 && now() - begun < SPENT_MS_MAX; ) {
      const look = this.#waiting.shift();
      if (look === undefined) return;
      if (now() - look.since > WAITED_MS_MAX) look.miss(busy());
      else await this.#see(look);
    }
  }

  async #see({ see, miss }: Look): Promise<void> {
    try {
      await see();
    } catch (error) {
      if (error instanceof JournalError) throw error;
      this.#options.onFailure(error);
      miss(errorReply('internal', 'the daemon could not read that; its log has the error'));
    }
  }
}

/** A look that was not had, where the asker waits for a promise. */
export class Missed extends Error {
  override readonly name = 'Missed';
  readonly reply: ErrorReply;

  constructor(reply: ErrorReply) {
    super(reply.error.message);
    this.reply = reply;
  }
}

export function busy(): ErrorReply {
  const retryAfterMs = RETRY_AFTER_MS;
  return errorReply('busy', 'too many queries are waiting', { retryAfterMs });
}
