/**
 * The order of a measurement: the contenders take their turns at every load, round after round, so
 * that whatever else the machine does weighs on all alike. Between them, while the bench is idle, it
 * looks how much of the machine is free and how long an fdatasync takes.
 */
import type { Cluster } from './cluster.ts';
import type { Contender } from './contenders.ts';
import { threadTimes } from './cpu.ts';
import { fdatasyncMs } from './disk.ts';
import type { Load, Measured } from './load.ts';
import { freeCores } from './machine.ts';

const FDATASYNCS = 50;

export interface Plan {
  readonly rounds: number;
  /** Commands in flight. */
  readonly levels: readonly number[];
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly dir: string;
}

export interface Run extends Measured {
  readonly contender: string;
  readonly inFlight: number;
  readonly round: number;
  /** Processor time of all nodes, in µs per command; 0 where the system does not tell. */
  readonly nodesCpuMicros: number;
}

export interface Measurement {
  readonly runs: readonly Run[];
  readonly freeCores: readonly number[];
  readonly fdatasyncMs: readonly number[];
}

export async function runRounds(
  plan: Plan,
  cluster: Cluster,
  contenders: readonly Contender[],
): Promise<Measurement> {
  const runs: Run[] = [];
  const free: number[] = [];
  const syncs: number[] = [];
  let count = 0;
  const take = async (contender: Contender, load: Omit<Load, 'prefix'>) => {
    const before = cpuMicrosOf(cluster);
    const measured = await contender.run({ ...load, prefix: `${contender.name}-${++count}` });
    const nodesCpuMicros = (cpuMicrosOf(cluster) - before) / measured.commands;
    await checkNodes(cluster, measured, contender);
    return { ...measured, nodesCpuMicros };
  };
  const most = Math.max(...plan.levels);
  const { warmUpMs, measureMs } = plan;
  // The first commands of a process are compiled on their way.
  for (const one of contenders) await take(one, { warmUpMs: 0, measureMs, inFlight: most });
  for (let round = 1; round <= plan.rounds; round++) {
    for (const inFlight of plan.levels) {
      free.push(await freeCores());
      syncs.push(await fdatasyncMs(plan.dir, FDATASYNCS));
      for (const contender of contenders) {
        const measured = await take(contender, { warmUpMs, measureMs, inFlight });
        runs.push({ contender: contender.name, inFlight, round, ...measured });
      }
    }
  }
  return { runs, freeCores: free, fdatasyncMs: syncs };
}

function cpuMicrosOf({ pids }: Cluster): number {
  return pids.reduce((sum, pid) => sum + threadTimes(pid).totalMicros, 0);
}

/** All or none: every node holds exactly what was answered. */
async function checkNodes(
  cluster: Cluster,
  { commands }: Measured,
  { name }: Contender,
): Promise<void> {
  const counts = await cluster.clear();
  if (counts.every((count) => count === commands)) return;
  throw new Error(
    `${name}: ${commands} creates committed, but the nodes hold ${counts.join(', ')}`,
  );
}
