/** One step of the history, from the state of the daemon now and at the step before. */
import {
  countOf,
  type Distribution,
  difference,
  joined,
  quantile,
} from '../../base/measure/distribution.ts';
import type { Figures } from '../../protocol/figures.ts';
import type { DaemonStatus } from '../daemon-status.ts';
import type { HistoryStep } from './history.ts';

/** Older figures of the coordinator are not those of this step. */
const FIGURES_MS_MAX = 5000;
/** Answers of a node that are failures: they count against its breaker, or end the command. */
const FAILED = ['unsure', 'lost', 'unsent', 'unreadable', 'malformed', 'misnamed'];

export interface HistorySample {
  /** ms of a clock that never runs back. */
  readonly at: number;
  readonly status: DaemonStatus;
  /** Undefined: they cannot be read. */
  readonly memoryBytes: number | undefined;
  readonly memoryLimitBytes: number;
  readonly journalBytes: number | undefined;
}

/** @param before undefined: the first sample, without rates */
export function historyStep(now: HistorySample, before: HistorySample | undefined): HistoryStep {
  const { threads, disk } = now.status;
  const values: [string, number | undefined][] = [
    ...threads.map(({ name, utilization }): [string, number] => [`load.${name}`, utilization]),
    ['diskFreeBytes', disk.freeBytes],
    ['memoryBytes', now.memoryBytes],
    ['memoryLimitBytes', now.memoryLimitBytes],
    ['journalBytes', now.journalBytes],
  ];
  const figures = figuresOf(now);
  if (figures !== undefined) {
    values.push(...stateOf(figures));
    const old = before === undefined ? undefined : figuresOf(before);
    const seconds = before === undefined ? 0 : (now.at - before.at) / 1000;
    if (old !== undefined && seconds > 0) values.push(...changeOf(figures, old, seconds));
  }
  return new Map(values.filter((value): value is [string, number] => value[1] !== undefined));
}

function figuresOf({ status: { figures } }: HistorySample): Figures | undefined {
  if (figures === undefined || figures.ageMs > FIGURES_MS_MAX) return undefined;
  return figures.latest;
}

function stateOf({ summary }: Figures): [string, number][] {
  const { open, compensating, stuck, lanes } = summary;
  return [
    ['open', open],
    ['compensating', compensating],
    ['stuck', stuck],
    ...Object.entries(lanes).map(([lane, { waiting }]): [string, number] => [
      `waiting.${lane}`,
      waiting,
    ]),
  ];
}

/** What happened between the two, by second. */
function changeOf(now: Figures, before: Figures, seconds: number): [string, number | undefined][] {
  const rate = (is: number | undefined, was: number | undefined): number =>
    Math.max(0, (is ?? 0) - (was ?? 0)) / seconds;
  const settled = Object.entries(now.summary.settled).map(([state, count]): [string, number] => [
    `settled.${state}`,
    rate(count, before.summary.settled[state]),
  ]);
  const nodes = Object.entries(now.summary.nodes).flatMap(([name, node]): [string, number][] => {
    const old = before.summary.nodes[name];
    const failed = FAILED.map((kind) => rate(node.answers[kind], old?.answers[kind]));
    return [
      [`calls.${name}`, rate(node.calls, old?.calls)],
      [`failed.${name}`, failed.reduce((sum, each) => sum + each, 0)],
    ];
  });
  const durations = difference(total(now), total(before));
  const commits = difference(now.commitDurations, before.commitDurations);
  return [
    ...settled,
    ...nodes,
    ['p50Ms', quantile(durations, 0.5)],
    ['p99Ms', quantile(durations, 0.99)],
    ['commitMs', mean(commits)],
  ];
}

/** All settled commands together. */
function total({ commands }: Figures): Distribution | undefined {
  return joined(commands.map(({ durations }) => durations));
}

function mean(of: Distribution | undefined): number | undefined {
  const all = countOf(of);
  return of === undefined || all === 0 ? undefined : of.sum / all;
}
