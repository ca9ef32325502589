/** One run of chaos: faults on, and everything must stay safe; faults off, and everything must settle. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isError } from '../../src/client/index.ts';
import { judge, type Violation } from './checker.ts';
import { Clients } from './clients.ts';
import { comeToRest, countBy, seen, toldOtherwise } from './evidence.ts';
import { FLAVOURS } from './flavours.ts';
import { Heard } from './heard.ts';
import { historyOf } from './history.ts';
import { Nemesis } from './nemesis.ts';
import { Recoveries } from './recoveries.ts';
import type { Report } from './report.ts';
import { type Stage, setStage } from './stage.ts';
import { type Bundle, workload } from './workload.ts';

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Keeps journal, logs and records, also when all went well. */
  readonly keep: boolean;
}

const KEYS = 300;
/** Bundles a second, as long as the clients have not too many in flight. */
const PACE_PER_SECOND = 50;
const HISTORIES_MAX = 5;
const LINES_SHOWN_MAX = 80;

interface Run {
  readonly options: ChaosOptions;
  readonly stage: Stage;
  readonly heard: Heard;
  readonly clients: Clients;
  readonly recoveries: Recoveries;
}

export async function runChaos(options: ChaosOptions): Promise<Report> {
  const log = logger();
  log(`seed ${options.seed}: building, starting`);
  await using stage = await setStage(options.seed);
  for (const [node, faults] of Object.entries(FLAVOURS)) await stage.fleet.setFaults(node, faults);
  const heard = new Heard();
  using clients = new Clients(stage.endpoint, heard);
  const recoveries = new Recoveries(heard);
  const run = { options, stage, heard, clients, recoveries };
  const nemesis = new Nemesis({ scene: { stage, clients }, recoveries, log });
  nemesis.begin(options.seed);
  const work = clients.work(paced(options));
  await Promise.race([sleep(options.minutes * 60_000), work]);
  await nemesis.end();
  log('the faults are over');
  const endedMs = performance.now();
  stage.clock?.set(0);
  const spoiledCalls = await stage.fleet.struck();
  await stage.fleet.clearFaults();
  await work;
  await comeToRest(stage.asking, stage.fleet);
  const settledAfterMs = Math.round(performance.now() - endedMs);
  log('everything has settled');
  return await conclude(run, { spoiledCalls, settledAfterMs });
}

/** So many a second at most, until the time is over. */
async function* paced({ minutes, seed }: ChaosOptions): AsyncGenerator<Bundle> {
  const begunMs = performance.now();
  let count = 0;
  for (const bundle of workload(seed, { commands: Number.POSITIVE_INFINITY, keys: KEYS })) {
    const dueMs = (++count / PACE_PER_SECOND) * 1000;
    await sleep(Math.max(0, begunMs + dueMs - performance.now()));
    if (performance.now() - begunMs > minutes * 60_000) return;
    yield bundle;
  }
}

async function conclude(
  run: Run,
  times: Pick<Report, 'spoiledCalls' | 'settledAfterMs'>,
): Promise<Report> {
  const { stage, heard, clients, recoveries, options } = run;
  const { journal, nodes } = await seen(stage.asking, stage.fleet);
  const { asked, told, cancels } = heard;
  const violations: readonly Violation[] = [
    ...clients.faults.map((text) => ({ text })),
    ...judge({ asked, told, cancels, journal, nodes }),
    ...(await toldOtherwise(stage.asking, journal)).map((text) => ({ text })),
    ...(await statsDiffer(stage)),
  ];
  const kept = options.keep || violations.length > 0 ? stage.keep() : undefined;
  if (kept !== undefined) tellHistories(run, violations, kept);
  return {
    verdict: violations.length === 0 ? 'sound' : 'violated',
    seed: options.seed,
    minutes: options.minutes,
    faults: recoveries.all,
    commands: {
      asked: asked.size,
      byState: countBy(journal, ({ state }) => state),
      byReason: countBy(journal, ({ reason }) => reason),
      putOff: clients.putOff,
    },
    answersChecked: heard.answers,
    cancels: cancels.length,
    longestSilenceMs: Math.round(recoveries.longestSilenceMs),
    ownEnds: ownEnds(stage.logOf('lockstepd')),
    notPossible: notPossible(stage),
    violations,
    ...times,
    ...(kept === undefined ? {} : { kept }),
  };
}

async function statsDiffer({ asking }: Stage): Promise<readonly Violation[]> {
  const stats = await asking.stats();
  if (!isError(stats) && stats.consistent === true) return [];
  return [{ text: `stats says ${JSON.stringify(stats)}` }];
}

function tellHistories(
  { stage, heard }: Run,
  violations: readonly Violation[],
  kept: string,
): void {
  const keys = new Set(violations.flatMap(({ groupId }) => groupId ?? []));
  for (const key of [...keys].slice(0, HISTORIES_MAX)) {
    const lines = historyOf(key, { heard, fleet: stage.fleet, logOf: stage.logOf });
    const file = join(kept, `history of ${encodeURIComponent(key)}.txt`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    console.error(`${key}, the end of ${file}:\n${lines.slice(-LINES_SHOWN_MAX).join('\n')}`);
  }
}

/** The daemon's last words, where it was not killed. */
function ownEnds(log: string): Readonly<Record<string, number>> {
  return countBy(
    [...log.matchAll(/shutdown complete \(([^:)]*)|(watchdog kills)/g)],
    (match) => match[1] ?? match[2],
  );
}

function notPossible({ disk, clock }: Stage): readonly string[] {
  return [
    ...(disk.why === undefined ? [] : [`disk full: ${disk.why}`]),
    ...(clock === undefined ? ['clock moved: libfaketime is not installed'] : []),
  ];
}

function logger(): (text: string) => void {
  const begunMs = performance.now();
  return (text) => {
    const atS = ((performance.now() - begunMs) / 1000).toFixed(1).padStart(6);
    console.error(`${new Date().toISOString()} ${atS} s  ${text}`);
  };
}
