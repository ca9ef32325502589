/**
 * The verdict on a chaos run: all observations, the violations, and the data to understand them.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandAnswer, isError } from '../../src/client/index.ts';
import { isSettled } from '../../src/core/transitions.ts';
import { judge, type Violation } from './checker.ts';
import type { Clients } from './clients.ts';
import { countBy, seen, toldOtherwise } from './evidence.ts';
import type { Heard } from './heard.ts';
import { historyOf } from './history.ts';
import type { Recoveries } from './recoveries.ts';
import type { Report } from './report.ts';
import type { Stage } from './stage.ts';

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Keeps journal, logs and records, also without a violation. */
  readonly keep: boolean;
  /** The setting of the daemon; `QUIESCE_MS` is the true value. */
  readonly quiesceMs: number;
}

/** Histories of keys with a violation. */
const HISTORIES_MAX = 5;
const LINES_SHOWN_MAX = 80;
/** A move of the clock is up to two days. */
const MOVED_MS_MIN = 60_000;
/** Only a full disk may end the daemon, which then starts again. */
const EXPECTED_END = 'the journal';

interface Run {
  readonly options: ChaosOptions;
  readonly stage: Stage;
  readonly heard: Heard;
  readonly clients: Clients;
  readonly recoveries: Recoveries;
}

interface Outcome extends Pick<Report, 'spoiledCalls' | 'settledAfterMs'> {
  /** The error that stopped the run itself. */
  readonly failures: readonly string[];
}

export async function conclude(run: Run, { failures, ...outcome }: Outcome): Promise<Report> {
  const { stage, heard, clients, recoveries, options } = run;
  const { journal, nodes } = await seen(stage.asking, stage.fleet);
  const { asked, told: sent, cancels } = heard;
  const ownEnds = ownEndsOf(stage.logOf('lockstepd'));
  const texts = [
    ...failures,
    ...(await toldOtherwise(stage.asking, journal)),
    ...(await statsDiffer(stage)),
    ...(await unready(stage)),
    ...unmoved(run, journal),
    ...Object.keys(ownEnds)
      .filter((why) => why !== EXPECTED_END)
      .map((why) => `the daemon ended by itself: ${why}`),
  ];
  const violations: readonly Violation[] = [
    ...texts.map((text) => ({ text })),
    ...clients.faults,
    ...judge({ asked, told: sent, cancels, journal, nodes }),
  ];
  const kept = options.keep || violations.length > 0 ? stage.keep() : undefined;
  if (kept !== undefined) tellHistories(run, violations, kept);
  return {
    verdict: violations.length === 0 ? 'sound' : 'violated',
    seed: options.seed,
    minutes: options.minutes,
    faults: recoveries.all,
    lateRequests: [...stage.proxies.values()].reduce((sum, { late }) => sum + late, 0),
    clockSpreadMs: spreadOf(journal),
    commands: {
      asked: asked.size,
      byState: countBy(journal, ({ state }) => state),
      byReason: countBy(journal, ({ reason }) => reason),
      putOff: clients.putOff,
    },
    answersChecked: heard.answers,
    cancels: cancels.length,
    longestAnswerMs: longestAnswerOf(heard),
    longestSilenceMs: Math.round(recoveries.longestSilenceMs),
    breakers: countBy(
      [...stage.logOf('lockstepd').matchAll(/ a breaker (opened|closed)\b/g)],
      (match) => match[1],
    ),
    ownEnds,
    notPossible: notPossible(stage),
    violations,
    ...outcome,
    ...(kept === undefined ? {} : { kept }),
  };
}

async function statsDiffer({ asking }: Stage): Promise<readonly string[]> {
  const stats = await asking.stats();
  if (!isError(stats) && stats.consistent === true) return [];
  return [`stats says ${JSON.stringify(stats)}`];
}

async function unready({ opsUrl }: Stage): Promise<readonly string[]> {
  const response = await fetch(`${opsUrl}/readyz`);
  return response.ok ? [] : [`/readyz says ${await response.text()}`];
}

/** A clock that was moved but never left its place would prove nothing. */
function unmoved({ recoveries }: Run, journal: readonly CommandAnswer[]): readonly string[] {
  const moves = recoveries.all.filter(({ kind }) => kind.startsWith('clock moved'));
  const restarts = recoveries.all.filter(({ kind }) => kind.startsWith('daemon killed'));
  if (moves.length < 2 || restarts.length === 0 || spreadOf(journal) > MOVED_MS_MIN) return [];
  return ['the clock was moved, and the daemon noticed nothing'];
}

function tellHistories(
  { stage, heard }: Run,
  violations: readonly Violation[],
  kept: string,
): void {
  const { fleet, logOf } = stage;
  const keys = new Set(violations.flatMap(({ groupId }) => groupId ?? []));
  for (const key of [...keys].slice(0, HISTORIES_MAX)) {
    const lines = historyOf(key, { heard, fleet, logOf });
    const file = join(kept, `history of ${encodeURIComponent(key)}.txt`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    console.error(`${key}, the end of ${file}:\n${lines.slice(-LINES_SHOWN_MAX).join('\n')}`);
  }
}

/** The daemon's last log line, where it was not killed from outside. */
function ownEndsOf(log: string): Readonly<Record<string, number>> {
  return countBy(
    [...log.matchAll(/shutdown complete \(([^:)]*)|(watchdog kills)/g)],
    (match) => match[1] ?? match[2],
  );
}

function longestAnswerOf({ asked, told: sent }: Heard): number {
  let longestMs = 0;
  for (const [id, { askedMs }] of asked) {
    const end = sent.get(id)?.find(({ answer }) => isSettled(answer.state));
    if (end !== undefined) longestMs = Math.max(longestMs, end.atMs - askedMs);
  }
  return Math.round(longestMs);
}

/** The range of the daemon's clock, by its own notes; without faults the length of the run. */
function spreadOf(journal: readonly CommandAnswer[]): number {
  const times = journal.map(({ acceptedAt = '' }) => Date.parse(acceptedAt)).sort((a, b) => a - b);
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}

function notPossible({ disk, clock }: Stage): readonly string[] {
  return [
    ...(disk.why === undefined ? [] : [`disk full: ${disk.why}`]),
    ...(clock === undefined ? ['clock moved: libfaketime is not installed'] : []),
  ];
}
