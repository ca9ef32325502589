/**
 * The order of a measurement: all subjects run one after another at every load, round after round,
 * so that other programs on the machine affect all of them equally. After each run every node must
 * hold exactly the answered creates.
 */
import type { Rig } from './bench.ts';
import type { Cluster } from './cluster.ts';
import { fdatasyncMs } from './disk.ts';
import type { Load, Measured } from './load.ts';
import type { Subject } from './subjects.ts';

const FDATASYNCS = 50;

export interface Plan {
  readonly rounds: number;
  /** Commands in flight. */
  readonly levels: readonly number[];
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export interface Run extends Measured {
  readonly subject: string;
  readonly inFlight: number;
  readonly round: number;
  /** Processor time of all nodes, in µs for each command; 0 if the system does not show it. */
  readonly nodesCpuMicros: number;
}

export interface Measurement {
  readonly runs: readonly Run[];
  readonly fdatasyncMs: readonly number[];
}

/** The setting of the measurement. */
export interface Field {
  readonly rig: Rig;
  readonly cluster: Cluster;
  readonly subjects: readonly Subject[];
}

export async function runRounds(plan: Plan, field: Field): Promise<Measurement> {
  const { rig, cluster, subjects } = field;
  const { warmUpMs, measureMs } = plan;
  const runs: Run[] = [];
  const syncs: number[] = [];
  let count = 0;
  const take = async (subject: Subject, load: Omit<Load, 'prefix' | 'kind'>) => {
    const before = cluster.cpuMicros;
    const prefix = `${subject.name}-${++count}`;
    const measured = await subject.run({ kind: 'load', ...load, prefix });
    const nodesCpuMicros = (cluster.cpuMicros - before) / measured.commands;
    await checkNodes(cluster, measured, subject);
    return { ...measured, nodesCpuMicros };
  };
  // The first commands of a process include the time of compilation.
  const most = Math.max(...plan.levels);
  for (const one of subjects) await take(one, { warmUpMs: 0, measureMs, inFlight: most });
  for (let round = 1; round <= plan.rounds; round++) {
    for (const inFlight of plan.levels) {
      await rig.look();
      syncs.push(await fdatasyncMs(rig.dir, FDATASYNCS));
      for (const subject of round % 2 === 0 ? subjects.toReversed() : subjects) {
        const measured = await take(subject, { warmUpMs, measureMs, inFlight });
        runs.push({ subject: subject.name, inFlight, round, ...measured });
      }
    }
  }
  return { runs, fdatasyncMs: syncs };
}

/** One value for each round: `of` applied to the runs of that round. */
export function perRound(
  { runs }: Measurement,
  of: (find: (subject: string, inFlight: number) => Run | undefined) => number | undefined,
): number[] {
  const rounds = [...new Set(runs.map(({ round }) => round))];
  return rounds.flatMap((round) => {
    const value = of((subject, inFlight) =>
      runs.find(
        (run) => run.round === round && run.subject === subject && run.inFlight === inFlight,
      ),
    );
    return value === undefined || Number.isNaN(value) ? [] : [value];
  });
}

/** For two runs of one round: the ratio of their commands/s. */
export function speedRatio(one: Run | undefined, other: Run | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one.perSecond / other.perSecond;
}

async function checkNodes(
  cluster: Cluster,
  { commands }: Measured,
  { name }: Subject,
): Promise<void> {
  const counts = await cluster.clear();
  if (counts.every((count) => count === commands)) return;
  throw new Error(
    `${name}: ${commands} creates committed, but the nodes hold ${counts.join(', ')}`,
  );
}
