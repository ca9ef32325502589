/**
 * Makes a failing history small: requests and faults are taken out, many at a time and then one by
 * one, as long as what is left still breaks the same promise. What remains, up to the moment of the
 * violation, is the shortest that this finds; it is not always the shortest there is.
 */
import { runHistory, type Verdict } from './history.ts';

/** Histories run for one reduction, at most. */
const RUNS_MAX = 3000;

export interface Reduced {
  readonly verdict: Verdict;
  /** What was taken out. */
  readonly without: ReadonlySet<string>;
  readonly runs: number;
}

export async function reduce(seed: number, run = runHistory): Promise<Reduced> {
  let verdict = await run(seed);
  let without: ReadonlySet<string> = new Set<string>();
  const promise = verdict.broken?.promise;
  let runs = 1;
  for (let share = 2; promise !== undefined && runs < RUNS_MAX; ) {
    const candidates = verdict.struck;
    const size = Math.max(1, Math.ceil(candidates.length / share));
    let isSmaller = false;
    // From the end: the last requests are the likeliest to have no part in it.
    for (let end = candidates.length; end > 0 && runs < RUNS_MAX; end -= size) {
      const fewer = new Set([...without, ...candidates.slice(Math.max(0, end - size), end)]);
      const tried = await run(seed, { without: fewer });
      runs++;
      if (tried.broken?.promise !== promise || tried.struck.length >= verdict.struck.length)
        continue;
      verdict = tried;
      without = fewer;
      isSmaller = true;
    }
    if (isSmaller) continue;
    if (size === 1) break;
    share *= 2;
  }
  return { verdict, without, runs };
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
