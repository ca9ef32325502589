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
  readonly #plans = new Set<Plan>();

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
    this.#plans.add(plan);
    return () => this.#plans.delete(plan);
  };

  /** Time passes while something works; actions due meanwhile run late. */
  spend(ms: number): void {
    this.#now += ms;
  }

  /** The time of the next planned action; undefined if there is none. */
  get nextAt(): number | undefined {
    const times = [...this.#plans].map(({ time }) => time);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Moves on by `ms`; `rest` is awaited after each thing that happens on the way. */
  async advance(ms: number, rest: () => Promise<unknown> = turnOfLoop): Promise<void> {
    const end = this.#now + ms;
    await rest();
    for (;;) {
      const due = [...this.#plans].filter(({ time }) => time <= end);
      const first = due.reduce<Plan | undefined>(
        (least, plan) => (least === undefined || plan.time < least.time ? plan : least),
        undefined,
      );
      if (first === undefined) break;
      this.#plans.delete(first);
      this.#now = Math.max(this.#now, first.time);
      first.act();
      await rest();
    }
    this.#now = end;
    await rest();
  }
}
