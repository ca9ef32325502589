/**
 * A clock that the test moves. Actions planned for later run when it is moved there, in order;
 * actions planned for now run in an event-loop turn of their own, as with `atTime`.
 */
import { setImmediate as turnOfLoop } from 'node:timers/promises';

interface Plan {
  readonly time: number;
  readonly act: () => void;
}

export class HandClock {
  #now: number;
  /** By time; of the same time in the order in which they were planned. */
  readonly #plans: Plan[] = [];

  constructor(now = 1_795_000_000_000) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  readonly at = (time: number, act: () => void): (() => void) => {
    if (time <= this.#now) {
      const soon = setImmediate(act);
      return () => clearImmediate(soon);
    }
    const plan = { time, act };
    this.#plans.splice(this.#firstAfter(time), 0, plan);
    return () => {
      const place = this.#plans.lastIndexOf(plan, this.#firstAfter(time));
      if (place >= 0) this.#plans.splice(place, 1);
    };
  };

  /** Time passes while something works; actions due meanwhile run late. */
  spend(ms: number): void {
    this.#now += ms;
  }

  /** The time of the next planned action; undefined if there is none. */
  get nextAt(): number | undefined {
    return this.#plans[0]?.time;
  }

  /** Moves on by `ms`; `rest` is awaited after each thing that happens on the way. */
  async advance(ms: number, rest: () => Promise<unknown> = turnOfLoop): Promise<void> {
    const end = this.#now + ms;
    await rest();
    for (;;) {
      const [first] = this.#plans;
      if (first === undefined || first.time > end) break;
      this.#plans.shift();
      this.#now = Math.max(this.#now, first.time);
      first.act();
      await rest();
    }
    this.#now = end;
    await rest();
  }

  /** The place of the first plan after that time. */
  #firstAfter(time: number): number {
    let [from, to] = [0, this.#plans.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#plans[middle]?.time ?? time) <= time) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
