/**
 * A closed loop: a fixed number of commands in flight; the next one follows each answer. All
 * subjects run under this loop, so its cost is equal for all.
 */
import { type Latencies, latencies } from './statistics.ts';

/** A steady load, warmed up for half a second at most. */
export function steadyLoad(inFlight: number, seconds: number): Omit<Load, 'prefix'> {
  const warmUpMs = Math.min(500, seconds * 1000);
  return { kind: 'load', inFlight, warmUpMs, measureMs: seconds * 1000 };
}

/** One run. */
export interface Load {
  readonly kind: 'load';
  readonly inFlight: number;
  /** Commands that are answered during this time do not count. */
  readonly warmUpMs: number;
  /** Commands that are answered during this time count; it lasts until there is one. */
  readonly measureMs: number;
  /** The prefix of every key; each run has its own, so that every create has a new key. */
  readonly prefix: string;
}

export interface Measured extends Latencies {
  /** All answered commands, with those of the warm-up. */
  readonly commands: number;
  readonly perSecond: number;
  /** Processor time by thread, in µs for each command; empty if the system does not show it. */
  readonly cpuMicros: Readonly<Record<string, number>>;
}

/**
 * Sends one create. Calls `done` once, and never before this function returns; `fault` is the
 * error.
 */
export type Issue = (key: string, done: (fault?: string) => void) => void;

/**
 * @param takenIn called when the full number is in flight; the warm-up begins when it resolves
 * @throws at the first command that is not committed
 */
export async function applyLoad(
  issue: Issue,
  load: Load,
  takenIn?: () => Promise<void>,
): Promise<Omit<Measured, 'cpuMicros'>> {
  const run = new LoadRun(issue, load);
  await takenIn?.();
  run.count(performance.now() + load.warmUpMs);
  return run.measured;
}

class LoadRun {
  readonly measured: Promise<Omit<Measured, 'cpuMicros'>>;
  readonly #issue: Issue;
  readonly #load: Load;
  readonly #tookMs: number[] = [];
  #from = Number.POSITIVE_INFINITY;
  #until = Number.POSITIVE_INFINITY;
  #issued = 0;
  #answered = 0;
  #end: (measured: Omit<Measured, 'cpuMicros'>) => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(issue: Issue, load: Load) {
    this.#issue = issue;
    this.#load = load;
    this.measured = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    for (let started = 0; started < load.inFlight; started++) this.#next();
  }

  count(from: number): void {
    this.#from = from;
    this.#until = from + this.#load.measureMs;
  }

  #next(): void {
    const begun = performance.now();
    const key = `${this.#load.prefix}-${this.#issued++}`;
    this.#issue(key, (fault) => {
      if (fault !== undefined) return this.#fail(new Error(`create of ${key}: ${fault}`));
      this.#answer(begun, performance.now());
      return undefined;
    });
  }

  #answer(begun: number, now: number): void {
    this.#answered++;
    const counts = now < this.#until || this.#tookMs.length === 0;
    if (now >= this.#from && counts) {
      this.#tookMs.push(now - begun);
      if (now > this.#until) this.#until = now;
    }
    if (now < this.#until) this.#next();
    else if (this.#answered === this.#issued) this.#end(this.#figures());
  }

  #figures(): Omit<Measured, 'cpuMicros'> {
    const perSecond = (this.#tookMs.length * 1000) / (this.#until - this.#from);
    return { commands: this.#answered, perSecond, ...latencies(this.#tookMs) };
  }
}
