/** What the figures should come to. Missing a goal is told, not an error. */
import { areEnough, CORES_NEEDED } from './machine.ts';
import type { Measurement, Run } from './rounds.ts';
import { median, type Spread, spread } from './statistics.ts';

export interface Goal {
  readonly title: string;
  readonly unit: string;
  readonly must: number;
  readonly aim: number;
  readonly better: 'more' | 'less';
  /** One value a round. */
  readonly of: (round: Round) => number | undefined;
}

export interface Judged extends Pick<Goal, 'title' | 'unit' | 'must' | 'aim' | 'better'> {
  readonly contender: string;
  readonly reached: Spread;
  readonly verdict: 'aim met' | 'met' | 'missed' | 'not judged';
}

/** One round, seen by one contender. */
interface Round {
  readonly own: (inFlight: number) => Run | undefined;
  readonly floor: (inFlight: number) => Run | undefined;
  readonly fdatasyncMs: number;
}

const GOALS: readonly Goal[] = [
  {
    title: 'commands/s at 64 in flight, of the floor at 64',
    unit: '×',
    must: 0.8,
    aim: 0.95,
    better: 'more',
    of: ({ own, floor }) => ratio(own(64)?.perSecond, floor(64)?.perSecond),
  },
  {
    title: 'commands/s at 256 in flight, of the floor at 64',
    unit: '×',
    must: 1,
    aim: 1.25,
    better: 'more',
    of: ({ own, floor }) => ratio(own(256)?.perSecond, floor(64)?.perSecond),
  },
  {
    title: 'p50 alone, above the floor alone, in fdatasyncs',
    unit: '',
    must: 4,
    aim: 3,
    better: 'less',
    of: ({ own, floor, fdatasyncMs }) => {
      const [mine, its] = [own(1)?.p50Ms, floor(1)?.p50Ms];
      return mine === undefined || its === undefined ? undefined : (mine - its) / fdatasyncMs;
    },
  },
];

/** A machine on which the floor alone varies by more, from least to most, tells no ratios. */
const FLOOR_SPREAD_MAX = 0.3;

/** Why the goals can't be judged by this measurement; undefined if they can. */
export function reasonNotToJudge(measurement: Measurement, inMemory: boolean): string | undefined {
  if (inMemory) return 'the journal lies in memory, not on a disk (see --dir)';
  const free = median(measurement.freeCores);
  const least = Math.min(...measurement.freeCores);
  if (areEnough(least)) return unsteadiness(measurement);
  return `${CORES_NEEDED} free cores are needed, and there were ${free.toFixed(1)}, at times ${least.toFixed(1)}`;
}

function unsteadiness({ runs }: Measurement): string | undefined {
  const floors = runs.filter(({ contender }) => contender === 'floor');
  for (const inFlight of new Set(floors.map((run) => run.inFlight))) {
    const own = floors.filter((run) => run.inFlight === inFlight);
    const { least, median: middle, most } = spread(own.map(({ perSecond }) => perSecond));
    if (most - least <= FLOOR_SPREAD_MAX * middle) continue;
    const range = `${least.toFixed(0)} to ${most.toFixed(0)} commands/s`;
    return `the machine is not steady: at ${inFlight} in flight the floor itself made ${range}`;
  }
  return undefined;
}

export function judge(measurement: Measurement, contender: string, notJudged: boolean): Judged[] {
  const rounds = roundsOf(measurement, contender);
  return GOALS.flatMap(({ of, ...goal }) => {
    const values = rounds.map(of).filter((value) => value !== undefined);
    if (values.length === 0) return [];
    const reached = spread(values);
    const verdict = notJudged ? 'not judged' : verdictOf(goal, reached.median);
    return [{ ...goal, contender, reached, verdict }];
  });
}

function verdictOf({ better, must, aim }: Omit<Goal, 'of'>, value: number): Judged['verdict'] {
  const reaches = (bound: number): boolean => (better === 'more' ? value >= bound : value <= bound);
  if (reaches(aim)) return 'aim met';
  return reaches(must) ? 'met' : 'missed';
}

function roundsOf({ runs, fdatasyncMs }: Measurement, contender: string): Round[] {
  const numbers = [...new Set(runs.map(({ round }) => round))];
  return numbers.map((number) => {
    const find = (name: string) => (inFlight: number) =>
      runs.find(
        (run) => run.round === number && run.contender === name && run.inFlight === inFlight,
      );
    return { own: find(contender), floor: find('floor'), fdatasyncMs: median(fdatasyncMs) };
  });
}

function ratio(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one / other;
}
