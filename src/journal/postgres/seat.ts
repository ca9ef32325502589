/**
 * The seat of this daemon at the database, and its chain: one change under way at a time, each with the next number. A
 * change whose outcome is unknown is sent again with the same number until it, or a later one, is confirmed (D6): to
 * look, and go on, would let the first copy come in later (H1).
 *
 * A repeat that finds itself done is not yet safe: the first copy may have been executed without its standby. It is safe
 * as soon as one more change is confirmed, since the log of the database is in order (H3).
 */
import type { Instant } from '../../base/time/instant.ts';
import { JournalError } from '../errors.ts';
import { asJournalError, passes, whyAway } from './failure.ts';
import type { Answer, Link, Row } from './link.ts';
import type { Outage } from './outage.ts';
import { Pauses } from './pause.ts';

const EMPTY = 'SELECT lockstep.chain_v1($1, $2, $3) AS outcome';

export interface Place {
  readonly seat: number;
  readonly epoch: number;
  /** The last one that is confirmed. */
  readonly batch: number;
}

export interface SeatOptions {
  readonly link: Link;
  readonly place: Place;
  /** The database, for messages. */
  readonly shown: string;
  /** ms. */
  readonly now: () => number;
  readonly wallNow: () => number;
  readonly outage: Outage;
  /** A change was sent at this time, and is confirmed. */
  readonly onConfirmed: (sentAt: Instant) => void;
  /** It is tried again; told each time. */
  readonly onWaiting: () => void;
}

/** The statement takes seat, epoch and number first, and answers with an `outcome`. */
export interface Change {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The database is away when a change or a read has waited so long. */
export const AWAY_MS = 2000;

export class Seat {
  readonly #options: SeatOptions;
  #batch: number;
  #turn: Promise<unknown> = Promise.resolve();
  /** Since when a change is under way. */
  #begun: number | undefined;
  #confirmedAt: number;
  #broken: JournalError | undefined;
  readonly #closing = new AbortController();

  constructor(options: SeatOptions) {
    this.#options = options;
    this.#batch = options.place.batch;
    this.#confirmedAt = options.now();
  }

  /** With the last change that is confirmed. */
  get place(): Place {
    return { ...this.#options.place, batch: this.#batch };
  }

  /** How long the change under way has waited for the database, ms; undefined: less than {@link AWAY_MS}. */
  get awayMs(): number | undefined {
    if (this.#begun === undefined) return undefined;
    const ms = this.#options.now() - this.#begun;
    return ms < AWAY_MS ? undefined : ms;
  }

  /**
   * Makes the change durable, behind those before it.
   * @returns its row; undefined: it was made by an earlier copy, whose row is lost
   * @throws JournalError `fenced`, `forgot`, `closed`; IllegalWrite
   */
  change(change: Change): Promise<Row | undefined> {
    const work = () => this.#change(change);
    const done = this.#turn.then(work, work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** @throws JournalError `fenced`, `forgot`: the seat is lost */
  assertHeld(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Renews the seat, unless a change does that now, or did it within this time. */
  async beat(idleMs: number): Promise<void> {
    const isFresh = this.#options.now() - this.#confirmedAt < idleMs;
    if (isFresh || this.#begun !== undefined) return;
    await this.change({ text: EMPTY, values: [] });
  }

  /** Changes that wait fail, and the one under way too: its outcome is unknown. */
  close(): void {
    this.#closing.abort();
  }

  async #change({ text, values }: Change): Promise<Row | undefined> {
    this.#begun = this.#options.now();
    try {
      const n = this.#batch + 1;
      const answer = await this.#untilAnswered(text, [n, ...values], false);
      const [row] = answer.rows;
      const isCertain = this.#outcomeOf(row) === 'done' && answer.warning === undefined;
      this.#batch = n;
      if (isCertain) this.#options.onConfirmed(answer.sentAt);
      else await this.#confirm();
      this.#options.outage.end();
      this.#confirmedAt = this.#options.now();
      return row?.['outcome'] === 'done' ? row : undefined;
    } finally {
      this.#begun = undefined;
    }
  }

  /** One more change, until it is done without a warning: until then the database counts as away. */
  async #confirm(): Promise<void> {
    const { now, outage, onConfirmed, onWaiting } = this.#options;
    const pauses = new Pauses(this.#closing.signal);
    for (;;) {
      const { rows, warning, sentAt } = await this.#untilAnswered(EMPTY, [this.#batch + 1], true);
      const isCertain = this.#outcomeOf(rows[0]) === 'done' && warning === undefined;
      this.#batch += 1;
      if (isCertain) return onConfirmed(sentAt);
      // A repeat that was made before has no warning, and only needs one more.
      if (warning !== undefined) outage.begin(warning, this.#begun ?? now());
      onWaiting();
      await pauses.next();
    }
  }

  /** @param wasMade an earlier call of this change is made, and unconfirmed */
  async #untilAnswered(
    text: string,
    [n, ...values]: readonly unknown[],
    wasMade: boolean,
  ): Promise<Answer & { readonly sentAt: Instant }> {
    const { link, place, shown, now, wallNow, outage, onWaiting } = this.#options;
    let isUnknown = wasMade;
    const pauses = new Pauses(this.#closing.signal);
    for (;;) {
      if (this.#broken !== undefined) throw this.#broken;
      if (this.#closing.signal.aborted) throw closed(shown, isUnknown);
      const sentAt = { steady: now(), wall: wallNow() };
      try {
        const answer = await link.query(text, [place.seat, place.epoch, n, ...values]);
        return { ...answer, sentAt };
      } catch (error) {
        if (!passes(error)) throw asJournalError(error, shown);
        isUnknown = true;
        outage.begin(whyAway(error), this.#begun ?? sentAt.steady);
        onWaiting();
      }
      await pauses.next();
    }
  }

  #outcomeOf(row: Row | undefined): 'done' | 'already' {
    const outcome = row?.['outcome'];
    if (outcome === 'done' || outcome === 'already') return outcome;
    const { shown } = this.#options;
    this.#broken =
      outcome === 'forgot'
        ? new JournalError(`${shown} has lost changes that it had confirmed`, { code: 'forgot' })
        : new JournalError(`${shown} was taken over by another daemon`, { code: 'fenced' });
    throw this.#broken;
  }
}

function closed(shown: string, isUnknown: boolean): JournalError {
  return isUnknown
    ? new JournalError(`${shown} did not answer before the stop`, {
        code: 'io',
        hint: 'Start the database: the next start of the daemon reads the journal, and continues its open commands.',
      })
    : new JournalError('the journal is closed', { code: 'closed' });
}
