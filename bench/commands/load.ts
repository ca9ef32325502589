/**
 * A closed loop: so many commands in flight at any time, each followed by the next as soon as it is
 * answered. Both contenders run under this very loop, so that it weighs on both alike.
 */

/** One run. */
export interface Load {
  readonly inFlight: number;
  /** Commands that are answered in this time do not count. */
  readonly warmUpMs: number;
  /** Those that are answered in this time count; it goes on until there is one. */
  readonly measureMs: number;
  /** Begins every key; each run has its own, so that every create is of a new key. */
  readonly prefix: string;
}

export interface Measured {
  /** Commands answered in all, those of the warm-up included. */
  readonly commands: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time by thread, in µs per command; empty where the system does not tell. */
  readonly cpuMicros: Readonly<Record<string, number>>;
}

/** Asks for one create. `done` hears of it once, and never before this returns; `fault`: why not. */
export type Issue = (key: string, done: (fault?: string) => void) => void;

/** @throws at the first command that is not committed */
export function applyLoad(issue: Issue, load: Load): Promise<Omit<Measured, 'cpuMicros'>> {
  return new Promise((resolve, reject) => {
    const from = performance.now() + load.warmUpMs;
    const until = from + load.measureMs;
    const latenciesMs: number[] = [];
    let issued = 0;
    let answered = 0;
    let countedUntil = until;
    const next = (): void => {
      const begun = performance.now();
      const key = `${load.prefix}-${issued++}`;
      issue(key, (fault) => {
        if (fault !== undefined) return reject(new Error(`create of ${key}: ${fault}`));
        const now = performance.now();
        answered++;
        if (now >= from && (now < until || latenciesMs.length === 0)) {
          latenciesMs.push(now - begun);
          countedUntil = Math.max(until, now);
        }
        if (now < until) next();
        else if (answered === issued) {
          resolve(figures(answered, latenciesMs, countedUntil - from));
        }
      });
    };
    for (let started = 0; started < load.inFlight; started++) next();
  });
}

function figures(commands: number, latenciesMs: readonly number[], measureMs: number) {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const perSecond = (sorted.length * 1000) / measureMs;
  return { commands, perSecond, p50Ms: at(0.5), p99Ms: at(0.99) };
}
