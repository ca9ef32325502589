/** The machine of the bench, without its name, and the share of it that the bench can use. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { spread } from './statistics.ts';

/** The system itself is never quite idle. */
const CORES_TOLERATED = 0.4;
const LOOK_MS = 300;

export interface Machine {
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly node: string;
}

export function machine(): Machine {
  return {
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
  };
}

/** Free cores. Ask while the bench itself is idle. */
export async function freeCores(): Promise<number> {
  const before = cpuTimes();
  await sleep(LOOK_MS);
  const after = cpuTimes();
  const elapsed = after.total - before.total;
  const idle = elapsed === 0 ? 1 : (after.idle - before.idle) / elapsed;
  return Math.min(availableParallelism(), idle * cpus().length);
}

export function areEnough(free: number, needed: number): boolean {
  return free >= needed - CORES_TOLERATED;
}

function cpuTimes(): { idle: number; total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return { idle, total };
}

export function describeMachine(
  { platform, cpu, cores, memoryGib, node }: Machine,
  free: readonly number[],
): string {
  const { median: middle, least, most } = spread(free);
  const range = `${middle.toFixed(1)} (${least.toFixed(1)}–${most.toFixed(1)})`;
  return `${cores} cores (${cpu}), ${range} of them free; ${memoryGib} GiB, ${platform}, Node ${node}`;
}
