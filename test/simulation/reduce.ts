/**
 * Makes a failing history small: it removes requests and faults, many at a time and then one by
 * one, as long as the rest breaks the same promise. The result, up to the violation, is the
 * shortest history that it finds in its time; there may be a shorter one.
 */
import { runHistory, type Verdict } from './history.ts';

/** Upper bound of histories for one reduction. */
export const REDUCING_RUNS_MAX = 3000;
/**
 * No history begins after this time: a long one takes seconds, and may have thousands of faults.
 */
export const REDUCING_MS_MAX = 60_000;
const PROGRESS_MS = 5000;

export interface Reduced {
  readonly verdict: Verdict;
  /** The names that were removed. */
  readonly without: ReadonlySet<string>;
  readonly runs: number;
  /** True: every part was tried. False: a bound ended it, and more might be removed. */
  readonly isDone: boolean;
}

export interface ReducingOptions {
  readonly run?: typeof runHistory;
  /** Receives the progress every 5 s. */
  readonly say?: (text: string) => void;
  /** ms of a monotonic clock. */
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
    // From the end: the last requests are most likely unrelated.
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

/** The course of the history, line by line. */
export async function traceOf(
  seed: number,
  without: ReadonlySet<string> = new Set(),
): Promise<readonly string[]> {
  const lines: string[] = [];
  await runHistory(seed, { without, trace: (line) => lines.push(line) });
  return lines;
}
