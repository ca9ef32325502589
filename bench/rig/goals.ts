/**
 * Every goal, once: the table that `npm run bench` prints, and the verdict on each row. A value is
 * a ratio, or an amount where no divisor exists; both sides come from one run on one machine.
 */
import { areEnough } from './machine.ts';
import { type Spread, spread } from './statistics.ts';

export interface Goal {
  readonly title: string;
  /** The unit of the value; empty for a ratio. */
  readonly unit: string;
  readonly must: number;
  readonly aim?: number;
  readonly better: 'more' | 'less';
  /** The number of cores that must be free meanwhile; 0 if other programs have no effect. */
  readonly cores: number;
}

const more = { unit: '', better: 'more' } as const;
const less = { unit: '', better: 'less' } as const;
/** Client, coordinator, executor, and one core for three nodes and ZeroMQ's own threads. */
const ALL = 4;

export const GOALS = {
  speed64: {
    title: 'commands/s at 64 in flight ÷ floor at 64',
    ...more,
    must: 0.8,
    aim: 0.95,
    cores: ALL,
  },
  speed256: {
    title: 'commands/s at 256 in flight ÷ floor at 64',
    ...more,
    must: 1,
    aim: 1.25,
    cores: ALL,
  },
  http: {
    title: 'commands/s over HTTP ÷ over ZeroMQ, at 64 in flight',
    ...more,
    must: 0.33,
    aim: 0.5,
    cores: ALL,
  },
  doors: {
    title: 'commands/s of the slower door, both full ÷ alone',
    ...more,
    must: 0.33,
    aim: 0.45,
    cores: ALL,
  },
  executors: {
    title: 'commands/s at 256 in flight, two executors ÷ one',
    ...more,
    must: 1,
    aim: 1.4,
    cores: ALL,
  },
  postgres: {
    title: 'commands/s at 64 in flight, journal in PostgreSQL ÷ in a file',
    ...more,
    must: 0.5,
    cores: ALL,
  },
  databaseCpu: {
    title: 'CPU of the database per command at 64 in flight',
    ...less,
    unit: 'µs',
    must: 60,
    cores: ALL,
  },
  alone: {
    title: 'p50 of one command alone − floor’s, in fdatasyncs',
    ...less,
    must: 4,
    aim: 3,
    cores: 2,
  },
  tail: { title: 'p99 ÷ p50 at 64 in flight', ...less, must: 4, aim: 3, cores: ALL },
  history: {
    title: 'commands/s with 1,000,000 settled ÷ empty journal',
    ...more,
    must: 0.9,
    aim: 0.97,
    cores: ALL,
  },
  backlog: {
    title: 'commands/s with 100,000 queued ÷ with 1,000',
    ...more,
    must: 0.9,
    aim: 0.97,
    cores: ALL,
  },
  lanes: {
    title: 'interactive p99 beside 100,000 bulk ÷ without',
    ...less,
    must: 4,
    aim: 2,
    cores: ALL,
  },
  coordinator: {
    title: 'coordinator CPU per command',
    ...less,
    unit: 'µs',
    must: 80,
    aim: 50,
    cores: 2,
  },
  memory: {
    title: 'memory of 100,000 open commands, above idle',
    ...less,
    unit: 'MB',
    must: 150,
    aim: 80,
    cores: 0,
  },
  growth: {
    title: 'growth of memory over 20 minutes at full load',
    ...less,
    unit: '%',
    must: 5,
    cores: 0,
  },
  start: {
    title: 'start with 100,000 open sagas until ready',
    ...less,
    unit: 's',
    must: 3,
    aim: 1,
    cores: 2,
  },
  idle: {
    title: 'idle CPU of the whole daemon, of a core',
    ...less,
    unit: '%',
    must: 1,
    aim: 0.3,
    cores: 1,
  },
  pages: {
    title: 'coordinator CPU of five live pages, of a core, 200,000 commands open',
    ...less,
    unit: '%',
    must: 2,
    cores: 2,
  },
  slowNode: {
    title: 'one of three nodes at 1 s: commands/s ÷ bulkhead’s',
    ...more,
    must: 0.9,
    cores: 2,
  },
  slowAsk: {
    title: 'meanwhile: p99 of ping and status ÷ with quick nodes',
    ...less,
    must: 1.5,
    cores: 2,
  },
  nodes: { title: 'CPU per node call, 50 nodes ÷ 3', ...less, must: 1.1, aim: 0.9, cores: 2 },
} as const satisfies Readonly<Record<string, Goal>>;

export type GoalName = keyof typeof GOALS;

export type Verdict = 'aim met' | 'met' | 'missed' | 'not judged';

/** One row of the table. */
export interface Judged {
  readonly goal: GoalName;
  /** The daemon, if there are several. */
  readonly of?: string;
  /** One value for each round; undefined if there is none. */
  readonly reached: Spread | undefined;
  readonly verdict: Verdict;
  /** The reason why it is not judged. */
  readonly reason?: string;
}

/** The other conditions for a verdict. */
export interface Circumstances {
  /** One value for each count; at least one count in each round. */
  readonly freeCores: readonly number[];
  /** The reason why no goal of this run can be judged, if there is one. */
  readonly reason: string | undefined;
  /** The reason why a median is not enough, if there is one: then all rounds must agree. */
  readonly unsteady?: string | undefined;
}

export function judge(
  goal: GoalName,
  values: readonly number[],
  { freeCores, reason, unsteady }: Circumstances,
): Judged {
  if (values.length === 0) {
    return { goal, reached: undefined, verdict: 'not judged', reason: 'this system does not tell' };
  }
  const reached = spread(values);
  const why = reason ?? shortage(GOALS[goal], freeCores);
  if (why !== undefined) return { goal, reached, verdict: 'not judged', reason: why };
  const isMissed = (value: number): boolean => verdictOf(GOALS[goal], value) === 'missed';
  if (
    unsteady !== undefined &&
    !values.every((value) => isMissed(value) === isMissed(reached.median))
  ) {
    return { goal, reached, verdict: 'not judged', reason: unsteady };
  }
  return { goal, reached, verdict: verdictOf(GOALS[goal], reached.median) };
}

function shortage({ cores }: Goal, freeCores: readonly number[]): string | undefined {
  const free = spread(freeCores);
  if (areEnough(free.least, cores)) return undefined;
  return `needs ${cores} free cores, there were ${free.median.toFixed(1)}, at times ${free.least.toFixed(1)}`;
}

function verdictOf({ better, must, aim }: Goal, value: number): Verdict {
  const reaches = (bound: number): boolean => (better === 'more' ? value >= bound : value <= bound);
  if (aim !== undefined && reaches(aim)) return 'aim met';
  return reaches(must) ? 'met' : 'missed';
}
