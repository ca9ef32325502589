/** Questions to executors and their answers, matched by ticket; each ends by a deadline (P9). */
import type { Answered, Ticket } from '../../protocol/work.ts';

interface Asked {
  readonly until: number;
  readonly onAnswer: (value: Answered | undefined) => void;
}

export class Questions {
  readonly #asked = new Map<Ticket, Asked>();
  #last = 0;

  get size(): number {
    return this.#asked.size;
  }

  /** `receive` gets the answer, or undefined if none came by `until`. */
  ask(until: number, receive: (value: Answered | undefined) => void): Ticket {
    this.#asked.set(++this.#last, { until, onAnswer: receive });
    return this.#last;
  }

  /** An answer that comes too late is dropped. */
  answer(ticket: Ticket, value: Answered): void {
    const asked = this.#asked.get(ticket);
    this.#asked.delete(ticket);
    asked?.onAnswer(value);
  }

  expire(now: number): void {
    for (const [ticket, asked] of this.#asked) {
      if (asked.until > now) continue;
      this.#asked.delete(ticket);
      asked.onAnswer(undefined);
    }
  }
}
