/**
 * Makes a failing history small: requests and faults are taken out, many at a time and then one by
 * one, as long as what is left still breaks the same promise. What remains, up to the moment of the
 * violation, is the shortest that this finds in its time; it is not always the shortest there is.
 */
import { runHistory, type Verdict } from './history.ts';

/** Histories run for one reduction, at most. */
export const REDUCING_RUNS_MAX = 3000;
/** No history is begun after this: a long one takes seconds, and may have thousands of faults. */
export const REDUCING_MS_MAX = 60_000;
const PROGRESS_MS = 5000;

export interface Reduced {
  readonly verdict: Verdict;
  /** What was taken out. */
  readonly without: ReadonlySet<string>;
  readonly runs: number;
  /** Every part of it has been tried; else a bound has ended it, and more may be to take out. */
  readonly isDone: boolean;
}

export interface ReducingOptions {
  readonly run?: typeof runHistory;
  /** Hears how far it is, every 5 s. */
  readonly say?: (text: string) => void;
  /** ms of a clock that only rises. */
  readonly now?: () => number;
}

export async function reduce(
  seed: number,
  { run = runHistory, say = () => {}, now = () => performance.now() }: ReducingOptions = {},
): Promise<Reduced> {
  const begunAt = now();
  let saidAt = begunAt;
  let verdict = await run(seed);
  let without: ReadonlySet<string> = new Set<string>();
  const promise = verdict.broken?.promise;
  const whole = verdict.struck.length;
  let runs = 1;
  const mayRun = (): boolean => runs < REDUCING_RUNS_MAX && now() - begunAt < REDUCING_MS_MAX;
  const report = (): void => {
    if (now() - saidAt < PROGRESS_MS) return;
    saidAt = now();
    const seconds = Math.round((saidAt - begunAt) / 1000);
    say(
      `${verdict.struck.length} of ${whole} requests and faults are left after ${runs} runs, ${seconds} s`,
    );
  };
  for (let share = 2; promise !== undefined && mayRun(); ) {
    const candidates = verdict.struck;
    const size = Math.max(1, Math.ceil(candidates.length / share));
    let isSmaller = false;
    // From the end: the last requests are the likeliest to have no part in it.
    for (let end = candidates.length; end > 0 && mayRun(); end -= size) {
      const fewer = new Set([...without, ...candidates.slice(Math.max(0, end - size), end)]);
      const tried = await run(seed, { without: fewer });
      runs++;
      if (tried.broken?.promise === promise && tried.struck.length < verdict.struck.length) {
        verdict = tried;
        without = fewer;
        isSmaller = true;
      }
      report();
    }
    if (isSmaller) continue;
    if (size === 1) break;
    share *= 2;
  }
  return { verdict, without, runs, isDone: mayRun() };
}

/** The history as it ran, line by line. */
export async function traceOf(
  seed: number,
  without: ReadonlySet<string> = new Set(),
): Promise<readonly string[]> {
  const lines: string[] = [];
  await runHistory(seed, { without, trace: (line) => lines.push(line) });
  return lines;
}
