/**
 * Looks: questions of clients that change nothing (P9). They are answered behind the commit, clients in turn, for a
 * bounded time in each batch, so that commands and the beat of the thread go on however many looks wait. A
 * look that waits too long is answered `busy`.
 *
 * A look that fails is an error of its client only. So is one that meets damage: the client's next look would end the
 * daemon again. A journal that fails otherwise ends the daemon, as in a commit: nothing is known to be durable then.
 */
import { Turns } from '../../base/queues/turns.ts';
import { JournalError } from '../../journal/errors.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import { unreadableReply } from '../journal/unreadable.ts';

/** The time of all looks in one batch, ms; a look that has begun is finished. */
const SPENT_MS_MAX = 5;
const WAITED_MS_MAX = 2000;
const WAITING_MAX = 5000;
const RETRY_AFTER_MS = 1000;

interface Miss {
  (why: ErrorReply): void;
  /** Looks of clients are seen in turn. */
  readonly client?: string | undefined;
}

export interface Look {
  /** Looks, and answers the client. */
  readonly see: () => Promise<void> | void;
  /** False after `see`: it goes on in the next turn of its client, before the client's next look. Absent: it is seen at once. */
  readonly isSeen?: () => boolean;
  /** Answers the client if there was no time for the look, or it failed. */
  readonly miss: Miss;
}

export interface LooksOptions {
  readonly now: () => number;
  /** A look failed by a fault of this program, or of one row: its client got `internal`. */
  readonly onFailure: (error: unknown) => void;
}

interface Waiting {
  readonly look: Look;
  since: number;
}

export class Looks {
  readonly #options: LooksOptions;
  readonly #waiting = new Turns<Waiting>();

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(looks: readonly Look[]): void {
    if (looks.length === 0) return;
    const since = this.#options.now();
    for (const look of looks) {
      const { miss } = look;
      const { client = '' } = miss;
      // One client's queue leaves no other without a place.
      if (this.size >= WAITING_MAX && !this.#waiting.has(client))
        this.#waiting.shiftOfMost()?.look.miss(busy());
      if (this.size < WAITING_MAX) this.#waiting.push(client, { look, since });
      else miss(busy());
    }
  }

  /** @throws JournalError */
  async spend(): Promise<void> {
    const { now } = this.#options;
    for (const begun = now(); this.size > 0 && now() - begun < SPENT_MS_MAX; ) {
      const waiting = this.#waiting.first;
      if (waiting === undefined) return;
      const { look, since } = waiting;
      const isLate = now() - since > WAITED_MS_MAX;
      if (isLate) look.miss(busy());
      if (isLate || (await this.#see(look))) {
        this.#waiting.shift();
      } else {
        this.#waiting.pass();
        waiting.since = now();
      }
    }
  }

  /** @returns whether it is done */
  async #see({ see, miss, isSeen }: Look): Promise<boolean> {
    try {
      await see();
      return isSeen?.() ?? true;
    } catch (error) {
      miss(this.#replyTo(error));
      return true;
    }
  }

  /** @throws the error, if it is one of the journal's that ends the daemon */
  #replyTo(error: unknown): ErrorReply {
    if (error instanceof JournalError && error.code === 'damaged') return unreadableReply(error);
    // A damaged page that a look meets: nothing was to be written, and a restart would find it again.
    if (error instanceof JournalError && error.code !== 'corrupt') throw error;
    this.#options.onFailure(error);
    return errorReply('internal', 'the query failed; the log of the daemon has the error');
  }
}

/** A look that was missed, for a caller that waits for a promise. */
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
