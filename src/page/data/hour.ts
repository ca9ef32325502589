/** The last hour, as the daemon keeps it: asked as a whole once, then step by step. */
import { signal } from '@preact/signals';

const STEPS_MAX = 720;

export interface Hour {
  readonly stepMs: number;
  /** End of each step, ms of the daemon's system clock. */
  readonly at: readonly number[];
  /** By name, one value for each of `at`; null: not known. */
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

/** The answer to `/v1/history`: the steps that follow those that the page has, or the whole hour. */
export interface HourAnswer extends Hour {
  /** Of the daemon's history: another one since a restart. */
  readonly begunAt: number;
  /** Number of the step that comes next. */
  readonly next: number;
}

export const hour = signal<Hour>({ stepMs: 5000, at: [], series: {} });

let known: Pick<HourAnswer, 'begunAt' | 'next'> = { begunAt: 0, next: 0 };

/** Number of the first step that the page does not have. */
export function nextStep(): number {
  return known.next;
}

export function takeHour({ begunAt, next, ...answer }: HourAnswer): void {
  const isSame = begunAt === known.begunAt;
  if (isSame) hour.value = joined(hour.peek(), latestOf(answer, next - known.next));
  else if (!isSame && known.next === 0) hour.value = answer;
  // The daemon has restarted: the next question is for its whole history.
  known = isSame || known.next === 0 ? { begunAt, next } : { begunAt: 0, next: 0 };
}

/** Of a whole hour the page has most steps. */
function latestOf({ stepMs, at, series }: Hour, count: number): Hour {
  const cut = <Value>(values: readonly Value[]) => values.slice(Math.max(0, at.length - count));
  const all = Object.entries(series).map(([name, values]) => [name, cut(values)] as const);
  return { stepMs, at: cut(at), series: Object.fromEntries(all) };
}

/** The latest value of a series; undefined: not known. */
export function latest(name: string): number | undefined {
  return hour.value.series[name]?.at(-1) ?? undefined;
}

function joined(old: Hour, { stepMs, at, series }: Hour): Hour {
  if (at.length === 0) return old;
  const names = new Set([...Object.keys(old.series), ...Object.keys(series)]);
  const all = [...names].map((name) => {
    const before = old.series[name] ?? old.at.map(() => null);
    const added = series[name] ?? at.map(() => null);
    return [name, [...before, ...added].slice(-STEPS_MAX)] as const;
  });
  return {
    stepMs,
    at: [...old.at, ...at].slice(-STEPS_MAX),
    series: Object.fromEntries(all),
  };
}
